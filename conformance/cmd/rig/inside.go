package main

import (
	"context"
	"flag"
	"fmt"
	"io"
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
	counts  string
	keep    bool
	strict  bool
	istio   string
	envoy   string
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
	flags.StringVar(&o.counts, "counts", "", "file to append the numbers of passed and failed cases to")
	flags.BoolVar(&o.keep, "keep", false, "leave the mesh running until interrupted")
	flags.BoolVar(&o.strict, "strict", false, "an object whose kind has no CustomResourceDefinition is a failure")
	flags.StringVar(&o.istio, "istio", "", "name of the column")
	flags.StringVar(&o.envoy, "envoy", "", "version of Envoy, likewise")
	_ = flags.Parse(args[1:])
	o.CRDDirectories, o.args = strings.Split(crds, ":"), flags.Args()
	return o
}

// inside is the work done in the sandbox.
func inside(args []string) int {
	ctx, start := context.Background(), time.Now()
	o := parse(args)
	if args[0] == "replay" {
		return replayFiles(ctx, o, start)
	}
	suites, err := load(args[0], o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	o.NamesAddress, o.Names = suite.IssuerHosts(suites)
	runner, err := startMesh(ctx, o, start, os.Stdout, suite.Samples)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mesh did not start:", err)
		o.saveLogs()
		return 2
	}
	code, certificates := 0, ""
	if args[0] == "mesh" {
		certificates, code = tryOut(ctx, runner, o.args)
	} else {
		for i, s := range suites {
			runner.Run(ctx, s, o.keep && i == len(suites)-1)
		}
		printMemory()
		o.saveCounts(runner.Report)
		if !runner.Report.Summary(time.Since(start)) {
			code = 1
			o.saveLogs()
		}
	}
	if o.keep || args[0] == "mesh" && code == 0 {
		howToReach(runner, certificates)
		select {}
	}
	return code
}

func load(command string, o *options) ([]*suite.Suite, error) {
	if command != "suite" {
		return nil, nil
	}
	files := o.args
	if len(files) == 0 {
		return nil, fmt.Errorf("no suite is given")
	}
	var suites []*suite.Suite
	for _, file := range files {
		s, err := suite.Load(file)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(s.About, "not shown: ") { // the case of a check whose effect no mesh can show; jest reads it
			fmt.Printf("%s is %s\n", s.Name, s.About)
			continue
		}
		if s.Column != "" && s.Column != o.istio {
			fmt.Printf("%s can be shown on column %s only: conformance/run test --istio %[2]s %[3]s\n", s.Name, s.Column, file)
			continue
		}
		suites = append(suites, s)
	}
	if len(suites) == 0 {
		return nil, fmt.Errorf("none of these suites can run on column %s", o.istio)
	}
	return suites, nil
}

func startMesh(ctx context.Context, o *options, start time.Time, out io.Writer, samples ...string) (*suite.Runner, error) {
	step := func(what string) { fmt.Fprintf(out, "%6.1f s  %s\n", time.Since(start).Seconds(), what) }
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
	runner := &suite.Runner{Mesh: m, Issuers: issuers, Report: &suite.Report{Out: out, Start: start}, CRDsComplete: o.strict, Results: o.results}
	if err := runner.Prepare(ctx, samples...); err != nil {
		return nil, err
	}
	step("workloads and callers, everything acknowledged")
	return runner, nil
}

// tryOut applies somebody's own manifests.
func tryOut(ctx context.Context, runner *suite.Runner, files []string) (string, int) {
	if len(files) == 0 {
		return "", 0
	}
	for i := range files {
		absolute, err := filepath.Abs(files[i])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return "", 2
		}
		files[i] = absolute
	}
	certificates, err := runner.Keep(ctx, files)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return "", 1
	}
	return certificates, 0
}

func howToReach(runner *suite.Runner, certificates string) {
	fmt.Printf(`
The mesh is running; Ctrl-C removes it. From another terminal:
  conformance/run exec                         a shell inside, with kubectl and istioctl
  conformance/run exec kubectl get pods -A
  conformance/run exec curl -k --resolve HOST:443:%[1]s https://HOST/headers
`, runner.Ingress())
	if certificates != "" {
		fmt.Printf("Certificates for Secrets that your manifests lack are in %[1]s, inside; so as the client CN=client,O=Example, spiffe://test.client:\n"+
			"  conformance/run exec curl --cacert %[1]s/stand-in-server-ca.crt --cert %[1]s/stand-in-client.crt --key %[1]s/stand-in-client.key \\\n"+
			"    --resolve HOST:443:%[2]s https://HOST/headers\n", certificates, runner.Ingress())
	}
	fmt.Println("Logs, inside: /run/rig/log, and /run/rig/pods/<namespace>_<pod>/<container>.log")
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

func (o *options) saveCounts(report *suite.Report) {
	if o.counts == "" {
		return
	}
	file, err := os.OpenFile(o.counts, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = fmt.Fprintln(file, report.Passed, report.Failed)
		file.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "counts:", err)
	}
}
