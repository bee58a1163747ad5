package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"conformance/internal/mesh"
	"conformance/internal/suite"
)

type options struct {
	mesh.Options
	results string
	keep    bool
	strict  bool
	args    []string
}

func parse(args []string) *options {
	o := &options{}
	var crds string
	flags := flag.NewFlagSet(args[0], flag.ExitOnError)
	flags.StringVar(&o.Programs, "programs", "", "directory of the binaries")
	flags.StringVar(&o.Manifests, "manifests", "", "Istio's manifests")
	flags.StringVar(&crds, "crds", "", "directories of CustomResourceDefinitions, separated by colons")
	flags.StringVar(&o.results, "results", "", "directory for the logs of a failed run")
	flags.BoolVar(&o.keep, "keep", false, "leave the mesh running until interrupted")
	flags.BoolVar(&o.strict, "strict", false, "an object whose kind has no CustomResourceDefinition is a failure")
	_ = flags.Parse(args[1:])
	o.CRDDirectories, o.args = strings.Split(crds, ":"), flags.Args()
	return o
}

// inside is the work done in the sandbox.
func inside(args []string) int {
	ctx, start := context.Background(), time.Now()
	o := parse(args)
	suites, err := load(args[0], o.args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	runner, err := startMesh(ctx, o, start)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mesh did not start:", err)
		o.saveLogs()
		return 2
	}
	code := 0
	if args[0] == "mesh" {
		code = tryOut(ctx, runner, o.args)
	} else {
		for _, s := range suites {
			runner.Run(ctx, s)
		}
		printMemory()
		if !runner.Report.Summary(time.Since(start)) {
			code = 1
			o.saveLogs()
		}
	}
	if o.keep || args[0] == "mesh" && code == 0 {
		howToReach(runner)
		select {}
	}
	return code
}

func load(command string, files []string) ([]*suite.Suite, error) {
	if command != "suite" {
		return nil, nil
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no suite is given")
	}
	var suites []*suite.Suite
	for _, file := range files {
		s, err := suite.Load(file)
		if err != nil {
			return nil, err
		}
		suites = append(suites, s)
	}
	return suites, nil
}

func startMesh(ctx context.Context, o *options, start time.Time) (*suite.Runner, error) {
	step := func(what string) { fmt.Printf("%6.1f s  %s\n", time.Since(start).Seconds(), what) }
	issuers, err := suite.NewIssuers()
	if err != nil {
		return nil, err
	}
	if o.JWKSAuthority, err = issuers.AuthorityPEM(); err != nil {
		return nil, err
	}
	m, err := mesh.Start(ctx, o.Options, step)
	if err != nil {
		return nil, err
	}
	runner := &suite.Runner{Mesh: m, Issuers: issuers, Report: &suite.Report{Out: os.Stdout}, CRDsComplete: o.strict}
	if err := runner.Prepare(ctx); err != nil {
		return nil, err
	}
	step("workloads and callers, everything acknowledged")
	return runner, nil
}

// tryOut applies somebody's own manifests.
func tryOut(ctx context.Context, runner *suite.Runner, files []string) int {
	if len(files) == 0 {
		return 0
	}
	s := &suite.Suite{Name: "your manifests", Steps: []suite.Step{{Name: "kubectl apply"}}}
	for _, file := range files {
		absolute, err := filepath.Abs(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		s.Steps[0].Apply = append(s.Steps[0].Apply, absolute)
	}
	if err := runner.Keep(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func howToReach(runner *suite.Runner) {
	fmt.Printf(`
The mesh is running; Ctrl-C removes it. From another terminal:
  conformance/run exec                                   a shell inside, with kubectl and istioctl
  conformance/run exec kubectl get pods -A
  conformance/run exec curl -k --resolve HOST:443:%[1]s https://HOST/headers
Logs, inside: /run/rig/log, and /run/rig/pods/<namespace>_<pod>/<container>.log
`, runner.Ingress())
}

func (o *options) saveLogs() {
	if o.results == "" {
		return
	}
	if err := mesh.SaveLogs(o.results); err != nil {
		fmt.Fprintln(os.Stderr, "logs:", err)
		return
	}
	fmt.Fprintln(os.Stderr, "logs are in", o.results)
}
