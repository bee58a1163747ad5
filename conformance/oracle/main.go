// Command oracle says what istiod and Envoy do with requests: istiod runs inside it, Envoy beside it on loopback addresses. It needs no cluster,
// no root and no network, and judges thousands of configurations.
//
// It reads one job per line (JSON) from standard input and writes one verdict per line to standard output.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"

	_ "conformance/oracle/early"

	"istio.io/istio/pkg/log"
)

func main() {
	envoy := flag.String("envoy", "envoy", "Envoy's program")
	parallel := flag.Int("parallel", 2, "how many jobs run at a time")
	flag.Parse()
	if err := run(*envoy, *parallel); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(envoy string, parallel int) error {
	directory, err := os.MkdirTemp("", "oracle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	options := log.DefaultOptions()
	options.OutputPaths = []string{directory + "/istiod.log"}
	options.ErrorOutputPaths = options.OutputPaths
	options.SetDefaultOutputLevel(log.DefaultScopeName, log.ErrorLevel)
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
	if err := log.Configure(options); err != nil {
		return err
	}
	validator, err := newValidator(directory)
	if err != nil {
		return err
	}
	authority, err := newAuthority()
	if err != nil {
		return err
	}
	upstream, err := startUpstream(authority)
	if err != nil {
		return err
	}

	jobs := make(chan Job)
	var output sync.Mutex
	var group sync.WaitGroup
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for number := range parallel {
		worker := &worker{number: number, directory: directory, envoy: envoy, validator: validator, authority: authority, upstream: upstream}
		group.Go(func() {
			for job := range jobs {
				verdict := worker.judge(job)
				output.Lock()
				_ = encoder.Encode(verdict)
				output.Unlock()
			}
		})
	}
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(make([]byte, 1<<20), 256<<20)
	for scanner.Scan() {
		var job Job
		if err := json.Unmarshal(scanner.Bytes(), &job); err != nil {
			return fmt.Errorf("a line is no job: %w", err)
		}
		jobs <- job
	}
	close(jobs)
	group.Wait()
	return scanner.Err()
}
