package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/mesh"
)

// worker judges one job after the other.
type worker struct {
	number    int
	count     int
	directory string
	envoy     string
	validator *crd.Validator
	authority *authority
	upstream  *upstream
}

func (w *worker) judge(job Job) Verdict {
	verdict := Verdict{ID: job.ID, Results: []Result{}}
	if err := w.run(job, &verdict); err != nil {
		verdict.Error = err.Error()
	}
	return verdict
}

func (w *worker) run(job Job, verdict *Verdict) error {
	w.count++
	directory := filepath.Join(w.directory, fmt.Sprintf("%d-%d", w.number, w.count))
	if err := os.Mkdir(directory, 0o700); err != nil {
		return err
	}
	if os.Getenv("ORACLE_KEEP") == "" {
		defer os.RemoveAll(directory)
	}
	given, err := readObjects(job.Manifests, w.validator)
	if err != nil {
		return fmt.Errorf("manifests: %w", err)
	}
	verdict.Refused = given.refused
	// Addresses of their own for each job and process: no connection of an earlier one is met, and two oracles do not meet.
	made, err := makeCluster(given.core, func(i int) string { return fmt.Sprintf("127.%d.%d.%d", 20+2*(os.Getpid()%20)+w.number, w.count%250+1, i) })
	if err != nil {
		return err
	}
	answers, err := ask(given, made)
	if err != nil {
		return err
	}
	settings, err := mesh.ApplyMeshConfigDefaults(made.mesh)
	if err != nil {
		return err
	}
	rewriter := &rewriter{directory: directory, authority: w.authority, upstream: w.upstream, trust: settings.GetTrustDomain(), mounted: made.mounted, files: files{}}
	for _, answer := range answers {
		if err := rewriter.add(answer, made.ports(answer.pod)); err != nil {
			return err
		}
	}
	for _, p := range made.pods {
		if p.gateway || p.sidecar {
			continue
		}
		for _, port := range made.ports(p) {
			listener, err := net.Listen("tcp4", fmt.Sprintf("%s:%d", p.ip, port))
			if err != nil {
				return err
			}
			defer listener.Close()
			go w.upstream.serve(listener)
		}
	}
	running, err := startEnvoy(w.envoy, directory, rewriter.files)
	if err != nil {
		return err
	}
	defer running.stop()
	verdict.Rejected = running.rejected()
	locals := make([]string, len(job.Requests))
	for i, request := range job.Requests {
		result, local := send(request, made.entrance(request), w.authority)
		locals[i] = local
		if result.Upstream != nil {
			result.Upstream.Workload = owner(made, w.upstream, result.Upstream.Workload)
		}
		verdict.Results = append(verdict.Results, result)
	}
	w.join(running, verdict.Results, locals)
	select {
	case <-running.done:
		return fmt.Errorf("Envoy ends: %s", running.log())
	default:
		return nil
	}
}

func owner(made *kubernetes, u *upstream, address string) string {
	for _, p := range made.pods {
		if address == p.ip || address == u.address(p.ip) {
			return p.owner
		}
	}
	return address
}

// join finds the lines of the access log that belong to the requests: the first proxy's by the client's address, the others by the request's ID.
func (w *worker) join(running *proxies, results []Result, locals []string) {
	var lines []line
	for wait := 0; wait < 10; wait++ {
		time.Sleep(8 * time.Millisecond)
		if lines = running.lines(); complete(lines, results, locals) {
			break
		}
	}
	for i := range results {
		if locals[i] == "" {
			continue
		}
		id := ""
		for _, l := range lines {
			if l.Remote == locals[i] {
				if l.Request != "" {
					id = l.Request
				}
				results[i].Hops = append(results[i].Hops, hop(l))
			}
		}
		for _, l := range lines {
			if id != "" && l.Request == id && l.Remote != locals[i] {
				results[i].Hops = append(results[i].Hops, hop(l))
			}
		}
	}
}

func complete(lines []line, results []Result, locals []string) bool {
	seen := map[string]bool{}
	for _, l := range lines {
		seen[l.Remote] = true
	}
	for i := range results {
		if results[i].Class == "status" && !seen[locals[i]] {
			return false
		}
	}
	return true
}

func hop(l line) Hop {
	status, _ := strconv.Atoi(strings.Trim(string(l.Status), `"`))
	details := l.Details
	for _, more := range []string{l.Failure, l.Terminated} {
		if more != "" && more != "null" && more != "-" {
			details = strings.TrimSpace(details + " " + more)
		}
	}
	return Hop{Proxy: l.Proxy, Status: status, Details: details}
}
