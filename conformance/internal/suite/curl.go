package suite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"

	"conformance/internal/client"
)

// curl runs the real curl among the suite's files: <name>.crt and <name>.key of every certificate.
func (r *run) curl(ctx context.Context, request *Request) (observation, error) {
	args := []string{"--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "5"}
	for _, word := range request.Curl {
		if u, err := url.Parse(word); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			port := u.Port()
			if port == "" {
				port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
			}
			args = append(args, "--resolve", u.Hostname()+":"+port+":"+r.ingress)
		}
	}
	for _, word := range request.Curl {
		args = append(args, r.withTokens(word))
	}
	cmd := exec.CommandContext(ctx, "curl", args...)
	cmd.Dir = r.files
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return observation{}, err
	}
	verdict, code := string(out), cmd.ProcessState.ExitCode()
	if verdict == "000" {
		verdict = map[int]string{7: client.Unreachable, 28: client.TimedOut, 60: client.Untrusted}[code]
		if verdict == "" {
			verdict = client.Refused
		}
		return observation{verdict: verdict, detail: fmt.Sprintf("curl exit code %d", code)}, nil
	}
	return observation{verdict: verdict}, nil
}

// writeFiles puts certificates and keys where curl finds them.
func (r *run) writeFiles() error {
	if err := os.MkdirAll(r.files, 0o700); err != nil {
		return err
	}
	for _, name := range r.pki.Names() {
		certificate, err := r.pki.CertificatePEM(name)
		if err != nil {
			return err
		}
		key, err := r.pki.KeyPEM(name)
		if err != nil {
			return err
		}
		for file, content := range map[string][]byte{name + ".crt": certificate, name + ".key": key} {
			if err := os.WriteFile(filepath.Join(r.files, file), content, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}
