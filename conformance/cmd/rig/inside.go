package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"conformance/internal/mesh"
)

type options struct {
	mesh.Options
	results string
	keep    bool
	args    []string
}

// inside is the work done in the sandbox.
func inside(args []string) int {
	command := args[0]
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	var o options
	var crds string
	flags.StringVar(&o.Programs, "programs", "", "directory of the binaries")
	flags.StringVar(&o.Manifests, "manifests", "", "Istio's manifests")
	flags.StringVar(&crds, "crds", "", "directories of CustomResourceDefinitions, separated by `:`")
	flags.StringVar(&o.results, "results", "", "directory for the logs of a failed run")
	flags.BoolVar(&o.keep, "keep", false, "leave the mesh running until interrupted")
	_ = flags.Parse(args[1:])
	o.CRDDirectories, o.args = strings.Split(crds, ":"), flags.Args()

	ctx := context.Background()
	start := time.Now()
	m, err := mesh.Start(ctx, o.Options, func(step string) { fmt.Printf("%6.1f s  %s\n", time.Since(start).Seconds(), step) })
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mesh did not start:", err)
		o.saveLogs()
		return 2
	}
	fmt.Printf("%6.1f s  mesh is up\n", time.Since(start).Seconds())
	_ = m
	if o.keep {
		select {}
	}
	return 0
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
