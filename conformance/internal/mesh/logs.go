package mesh

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"conformance/internal/sandbox"
)

// SaveLogs copies the logs of control plane, node and containers to a directory outside the sandbox.
func SaveLogs(directory string) error {
	return filepath.WalkDir(sandbox.State, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil // files of a pod come and go
		}
		if entry.IsDir() {
			switch entry.Name() {
			case "etcd", "credentials", "certificates", "volumes", "root":
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".log") {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		target := filepath.Join(directory, strings.TrimPrefix(path, sandbox.State))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

// LastLogLines returns the end of a container's log.
func LastLogLines(namespace, pod, container string, count int) []string {
	content, err := os.ReadFile(filepath.Join(PodDirectory(namespace, pod), container+".log"))
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return lines[max(0, len(lines)-count):]
}

// FlushAccessLog makes an Envoy write what it holds back for up to ten seconds.
func (m *Mesh) FlushAccessLog(ctx context.Context, pod *corev1.Pod) {
	_, _ = get(ctx, pod, http.MethodPost, 15000, "/reopen_logs")
}
