package control

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Kubectl runs kubectl as the administrator and returns what it printed.
func Kubectl(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append([]string{"kubectl", "--kubeconfig=" + Kubeconfig()}, args...)...)
	var out, failure bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &failure
	cmd.Env = []string{"HOME=/run/rig", "PATH=/usr/bin:/bin"}
	if err := cmd.Run(); err != nil {
		return out.String() + failure.String(), fmt.Errorf("kubectl %s: %s", args[0], strings.TrimSpace(failure.String()))
	}
	return out.String() + failure.String(), nil
}
