package suite

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"conformance/internal/mesh"
)

// mostKept bounds what a broken run writes.
const mostKept = 20

// evidence says what the proxies of a failed case have seen and what they work with, and keeps their whole configuration among the results.
func (r *run) evidence(ctx context.Context, request *Request) []string {
	var lines []string
	directory := r.keepDirectory(request)
	for _, app := range r.involved(request) {
		namespace, name, _ := strings.Cut(app, "/")
		pods, err := r.Mesh.Pods(ctx, namespace, name)
		if err != nil {
			lines = append(lines, err.Error())
			continue
		}
		for _, pod := range pods {
			if !mesh.HasProxy(&pod) {
				continue
			}
			r.Mesh.FlushAccessLog(ctx, &pod)
			for _, line := range mesh.LastLogLines(pod.Namespace, pod.Name, "istio-proxy", 2) {
				lines = append(lines, name+": "+line)
			}
			dump, err := r.Mesh.Dump(ctx, &pod)
			if err != nil {
				lines = append(lines, name+": "+err.Error())
				continue
			}
			for _, line := range mesh.Outline(dump) {
				if inbound := strings.HasPrefix(line, "listener virtualInbound"); inbound || name == "istio-ingressgateway" || strings.Contains(request.Address, "/") {
					lines = append(lines, name+": "+line)
				}
			}
			keep(directory, name+".json", dump)
		}
	}
	refusals, err := r.Mesh.Refusals(ctx)
	if err != nil {
		refusals = []string{err.Error()}
	}
	for _, line := range refusals {
		lines = append(lines, "NACK: "+line)
	}
	if directory != "" {
		_ = os.WriteFile(filepath.Join(directory, "evidence.txt"), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
		lines = append(lines, "whole configuration of the proxies: "+directory)
	}
	return lines
}

// involved lists the proxies that a request meets, namespace/app: the gateway it goes to, and the workload if its host is a Service, else httpbin.
func (r *run) involved(request *Request) []string {
	gateway, workload := mesh.SystemNamespace+"/istio-ingressgateway", "default/httpbin"
	if parts := urlParts.FindStringSubmatch(request.URL); parts != nil && strings.HasSuffix(parts[2], ".svc.cluster.local") {
		service := strings.Split(parts[2], ".")
		return []string{service[1] + "/" + service[0]}
	}
	if strings.Count(request.Address, "/") == 1 {
		gateway = request.Address
	}
	return []string{gateway, workload}
}

var unsafe = regexp.MustCompile(`[^A-Za-z0-9.]+`)

func (r *run) keepDirectory(request *Request) string {
	if r.Results == "" || r.kept >= mostKept {
		return ""
	}
	r.Runner.kept++
	name := unsafe.ReplaceAllString(r.suite.Name+"-"+request.Name, "-")
	directory := filepath.Join(r.Results, "failed", fmt.Sprintf("%02d-%.80s", r.kept, name))
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return ""
	}
	return directory
}

func keep(directory, name string, content any) {
	if directory == "" {
		return
	}
	if text, err := json.MarshalIndent(content, "", " "); err == nil {
		_ = os.WriteFile(filepath.Join(directory, name), text, 0o644)
	}
}
