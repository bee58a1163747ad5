package suite

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// preparedPrefix marks what a step's script has made, relative to the suite's directory of files.
const preparedPrefix = "files/"

// prepare runs a step's script. Whatever it writes is in memory and goes with the rig.
func (r *run) prepare(ctx context.Context, script string) error {
	if script == "" {
		return nil
	}
	project, err := filepath.Abs(filepath.Join(r.suite.directory(), "..", ".."))
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = r.files
	cmd.Env = append(os.Environ(), "PROJECT="+project)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("prepare: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func (r *run) clientCertificate(name string) (*tls.Certificate, error) {
	prepared, ok := strings.CutPrefix(name, preparedPrefix)
	if !ok {
		return r.pki.TLS(name)
	}
	path := filepath.Join(r.files, prepared)
	certificate, err := tls.LoadX509KeyPair(path+".crt", path+".key")
	return &certificate, err
}

func (r *run) serverAuthorities(name string) (*x509.CertPool, error) {
	prepared, ok := strings.CutPrefix(name, preparedPrefix)
	if !ok {
		return r.pki.Pool(name)
	}
	content, err := os.ReadFile(filepath.Join(r.files, prepared))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("no certificate in `%s`", name)
	}
	return pool, nil
}
