package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// proxies are a running Envoy.
type proxies struct {
	directory string
	command   *exec.Cmd
	done      chan struct{}
}

func startEnvoy(program, directory string, written files) (*proxies, error) {
	for _, name := range []string{"lds", "cds"} {
		if written[name] == nil {
			written[name] = []tree{}
		}
	}
	for name, resources := range written {
		if err := writeJSON(filepath.Join(directory, name+".json"), tree{"versionInfo": "1", "resources": resources}); err != nil {
			return nil, err
		}
	}
	if err := writeJSON(filepath.Join(directory, "bootstrap.json"), bootstrap(directory)); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(directory, "envoy.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.Command(program, "-c", filepath.Join(directory, "bootstrap.json"), "--concurrency", "1", "--disable-hot-restart",
		"--file-flush-interval-msec", "5", "-l", "warning", "--log-format", "%l|%n|%v")
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &proxies{directory: directory, command: command, done: make(chan struct{})}
	go func() {
		_ = command.Wait()
		close(p.done)
	}()
	if err := p.wait(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func bootstrap(directory string) tree {
	source := func(name string) tree {
		return tree{"pathConfigSource": tree{"path": directory + "/" + name + ".json"}, "resourceApiVersion": "V3"}
	}
	return tree{
		"node":             tree{"id": "oracle", "cluster": "oracle"},
		"dynamicResources": tree{"ldsConfig": source("lds"), "cdsConfig": source("cds")},
		"admin":            tree{"address": tree{"pipe": tree{"path": directory + "/admin"}}},
		"layeredRuntime": tree{"layers": []any{tree{"name": "static", "staticLayer": tree{
			// Those of Istio's bootstrap.
			"re2.max_program_size.error_level":                               32768,
			"envoy.reloadable_features.http_reject_path_with_fragment":       false,
			"envoy.reloadable_features.fixed_heap_use_allocated":             true,
			"envoy.reloadable_features.coalesce_lb_rebuilds_on_batch_update": false,
			"overload.global_downstream_max_connections":                     50000,
		}}}},
		"bootstrapExtensions": []any{tree{"name": "envoy.bootstrap.internal_listener", "typedConfig": tree{
			"@type": "type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
		}}},
	}
}

func writeJSON(file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

func (p *proxies) wait() error {
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.directory+"/admin")
		},
		DisableKeepAlives: true,
	}}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		select {
		case <-p.done:
			return fmt.Errorf("Envoy ends: %s", p.log())
		case <-time.After(10 * time.Millisecond):
		}
		response, err := client.Get("http://envoy/ready")
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if strings.TrimSpace(string(text)) == "LIVE" {
			return nil
		}
	}
	return fmt.Errorf("Envoy does not become ready: %s", p.log())
}

func (p *proxies) log() string {
	text, _ := os.ReadFile(filepath.Join(p.directory, "envoy.log"))
	return strings.TrimSpace(string(text))
}

// rejected are the lines in which Envoy refuses a resource.
func (p *proxies) rejected() []string {
	var lines []string
	for _, line := range strings.Split(p.log(), "\n") {
		if strings.Contains(line, "rejected") || strings.Contains(line, "error adding") || strings.Contains(line, "Error adding") {
			lines = append(lines, line)
		}
	}
	return lines
}

// line is one line of the access log.
type line struct {
	Proxy, Remote, Request, Details, Failure, Flags, Terminated, Protocol string
	Status                                                                json.RawMessage
}

func (p *proxies) lines() []line {
	text, _ := os.ReadFile(filepath.Join(p.directory, "access.log"))
	var lines []line
	for _, raw := range bytes.Split(text, []byte("\n")) {
		var read line
		if len(raw) > 0 && json.Unmarshal(raw, &read) == nil {
			lines = append(lines, read)
		}
	}
	return lines
}

func (p *proxies) stop() {
	_ = p.command.Process.Kill()
	<-p.done
}
