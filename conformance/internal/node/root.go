package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// ContainerCommand is the command by which this program becomes the first process of a container.
const ContainerCommand = "container"

// RunContainer builds the container's root, gives up root's identity and becomes the container's program. It returns only on failure.
func RunContainer(specFile string) int {
	if err := runContainer(specFile); err != nil {
		fmt.Fprintln(os.Stderr, "container:", err)
		if errors.Is(err, exec.ErrNotFound) {
			return 127
		}
	}
	return 125
}

func runContainer(specFile string) error {
	content, err := os.ReadFile(specFile)
	if err != nil {
		return err
	}
	var spec containerSpec
	if err := json.Unmarshal(content, &spec); err != nil {
		return err
	}
	root, err := buildRoot(&spec)
	if err != nil {
		return err
	}
	if err := syscall.Chroot(root); err != nil {
		return err
	}
	if err := os.Chdir(spec.Cwd); err != nil {
		return err
	}
	if spec.UID != 0 || spec.GID != 0 {
		// Envoy opens /dev/stdout anew for its access log, which needs write permission on the file behind it.
		if err := errors.Join(os.Stdout.Chown(int(spec.UID), int(spec.GID)), syscall.Setgroups([]int{int(spec.GID)}),
			syscall.Setgid(int(spec.GID)), syscall.Setuid(int(spec.UID))); err != nil {
			return err
		}
	}
	for _, variable := range spec.Env {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			os.Setenv("PATH", path)
		}
	}
	binary, err := exec.LookPath(spec.Argv[0])
	if err != nil {
		return err
	}
	return syscall.Exec(binary, spec.Argv, spec.Env)
}

// etcFiles are the files of /etc; a resolver without server makes unknown names fail at once.
var etcFiles = map[string]string{
	"passwd":        "root:x:0:0:root:/root:/bin/sh\nistio-proxy:x:1337:1337::/tmp:/bin/false\n",
	"group":         "root:x:0:\nistio-proxy:x:1337:\n",
	"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
	"resolv.conf":   "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
}

func buildRoot(spec *containerSpec) (string, error) {
	// The mount namespace is the container's own, so every container can use the same path.
	root := "/run/rig/root"
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	if err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", root, "tmpfs", 0, "mode=0755"),
	); err != nil {
		return "", err
	}
	in := func(path string) string { return filepath.Join(root, path) }
	for _, directory := range []string{"etc", "proc", "dev", "sys", "tmp", "root", "run/secrets", "var/lib/istio/envoy", "usr/local"} {
		if err := os.MkdirAll(in(directory), 0o755); err != nil {
			return "", err
		}
	}
	if err := errors.Join(os.Chmod(in("tmp"), os.ModeSticky|0o777), os.Symlink("/run", in("var/run")), bindSystem(root)); err != nil {
		return "", err
	}
	for file, content := range etcFiles {
		if err := os.WriteFile(in("etc/"+file), []byte(content), 0o644); err != nil {
			return "", err
		}
	}
	mounts := append([]volumeMount{
		{spec.Programs, "/usr/local/bin", true},
		{spec.Programs + "/envoy_bootstrap_tmpl.json", "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json", true},
		{spec.Hosts, "/etc/hosts", true},
	}, spec.Mounts...)
	for _, m := range mounts {
		target := m.Target
		if strings.HasPrefix(target, "/var/run/") {
			target = strings.TrimPrefix(target, "/var") // do not follow the link out of the root
		}
		if err := bind(m.Source, in(target), m.ReadOnly); err != nil {
			return "", err
		}
	}
	return root, syscall.Mount("proc", in("proc"), "proc", 0, "")
}

// bindSystem makes the host's programs and libraries visible, /usr/local excepted.
func bindSystem(root string) error {
	for _, name := range []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"} {
		if target, err := os.Readlink("/" + name); err == nil {
			if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
				return err
			}
		} else if err := bindIfPresent("/"+name, root); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir("/usr")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() == "local" || !entry.IsDir() {
			continue
		}
		if err := bindIfPresent("/usr/"+entry.Name(), root); err != nil {
			return err
		}
	}
	for _, path := range []string{"/etc/ssl", "/etc/ld.so.cache", "/etc/alternatives"} {
		if err := bindIfPresent(path, root); err != nil {
			return err
		}
	}
	return errors.Join(bind("/dev", root+"/dev", false), bind("/sys", root+"/sys", true))
}

func bindIfPresent(path, root string) error {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return bind(path, filepath.Join(root, path), true)
}

func bind(source, target string, readOnly bool) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else if err = os.MkdirAll(filepath.Dir(target), 0o755); err == nil {
		var file *os.File
		if file, err = os.OpenFile(target, os.O_CREATE, 0o644); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := syscall.Mount(source, target, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", source, target, err)
	}
	if !readOnly {
		return nil
	}
	if err := syscall.Mount("", target, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("bind %s read-only: %w", target, err)
	}
	return nil
}
