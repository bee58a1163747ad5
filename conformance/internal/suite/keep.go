package suite

import (
	"context"
	"path/filepath"
	"strings"

	"conformance/internal/fixture"
	"conformance/internal/sandbox"
)

// Ingress is the address of the ingress gateway.
func (r *Runner) Ingress() string { return r.ingress }

// Keep applies somebody's manifests with stand-ins for what is missing, leaves everything there, and returns the directory of the client's certificates.
func (r *Runner) Keep(ctx context.Context, files []string) (string, error) {
	objects, err := readFiles("/", files)
	if err != nil {
		return "", err
	}
	r.Report.heading("your manifests")
	authorities, certificates := StandInPKI()
	current := &run{Runner: r, suite: &Suite{Name: "your manifests", Gardener: standInServerCA}, tokens: map[string]string{}, files: filepath.Join(sandbox.State, "files")}
	if current.pki, err = fixture.New(authorities, certificates); err != nil {
		return "", err
	}
	made, secrets, err := r.StandIns(ctx, objects)
	if err != nil {
		return "", err
	}
	for _, s := range secrets {
		if hosts, ok := strings.CutPrefix(s.Data["hosts"], "text/"); ok {
			certificate := fixture.Certificate{IssuedBy: standInServerCA, Subject: []string{"CN=stand-in"}, DNS: plainHosts(hosts), Use: "server"}
			if err := current.pki.Add(s.Name, certificate); err != nil {
				return "", err
			}
			delete(s.Data, "hosts")
		}
	}
	if err := current.writeFiles(); err != nil {
		return "", err
	}
	if err := current.putSecrets(ctx, secrets); err != nil {
		return "", err
	}
	if err := current.applyAll(ctx, made); err != nil {
		return "", err
	}
	if err := current.applyAll(ctx, objects); err != nil {
		return "", err
	}
	if err := r.Mesh.Converge(ctx); err != nil {
		return "", err
	}
	return current.files, current.checkRejections(ctx, "")
}

// plainHosts drops the namespace of `namespace/host`.
func plainHosts(hosts string) []string {
	var plain []string
	for _, host := range strings.Fields(hosts) {
		if _, after, found := strings.Cut(host, "/"); found {
			host = after
		}
		plain = append(plain, host)
	}
	return plain
}
