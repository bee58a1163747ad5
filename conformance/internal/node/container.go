package node

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// containerSpec is what the container's first process reads (root.go).
type containerSpec struct {
	Programs string // becomes /usr/local/bin
	Hosts    string // becomes /etc/hosts
	Argv     []string
	Env      []string
	Cwd      string
	UID, GID int64
	Mounts   []volumeMount
}

type volumeMount struct {
	Source, Target string
	ReadOnly       bool
}

// execute runs one container to its end and returns the exit code.
func (p *pod) execute(c corev1.Container) int {
	spec, err := p.containerSpec(c)
	if err != nil {
		p.report("container %s: %v", c.Name, err)
		p.sleep(time.Second)
		return 125
	}
	content, err := json.Marshal(spec)
	if err != nil {
		p.report("container %s: %v", c.Name, err)
		return 125
	}
	specFile := filepath.Join(p.directory, c.Name+".json")
	if err := os.WriteFile(specFile, content, 0o600); err != nil {
		p.report("container %s: %v", c.Name, err)
		return 125
	}
	log, err := os.OpenFile(filepath.Join(p.directory, c.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.report("container %s: %v", c.Name, err)
		return 125
	}
	defer log.Close()
	cmd := exec.Command("/proc/self/exe", ContainerCommand, specFile)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // the child inherits the network namespace of this thread, and dies with it
	defer runtime.UnlockOSThread()
	if err := p.network.Do(cmd.Start); err != nil {
		p.report("container %s: %v", c.Name, err)
		return 125
	}
	if err := os.WriteFile(filepath.Join(p.directory, c.Name+".pid"), []byte(strconv.Itoa(cmd.Process.Pid)), 0o644); err != nil {
		p.report("container %s: %v", c.Name, err)
	}
	p.update(func() { p.containers[c.Name].running, p.containers[c.Name].process = true, cmd.Process })
	if p.ctx.Err() != nil { // stopped in between
		_ = cmd.Process.Kill()
	}
	_ = cmd.Wait()
	p.update(func() { p.containers[c.Name].running, p.containers[c.Name].process = false, nil })
	return cmd.ProcessState.ExitCode()
}

func (p *pod) containerSpec(c corev1.Container) (*containerSpec, error) {
	environment, err := p.environment(c)
	if err != nil {
		return nil, err
	}
	chosen, standIn := programFor(c)
	spec := &containerSpec{Programs: p.agent.programs, Hosts: filepath.Join(p.directory, "hosts"), Cwd: "/", UID: chosen.user, GID: chosen.user}
	switch {
	case len(c.Command) > 0:
		spec.Argv = append(expand(c.Command, environment), expand(c.Args, environment)...)
	case standIn:
		p.agent.log.Printf("%s/%s: container %s: image %s is played by %v", p.object.Namespace, p.object.Name, c.Name, c.Image, chosen.argv)
		spec.Argv = chosen.argv
	default:
		spec.Argv = append(append([]string{}, chosen.argv...), expand(c.Args, environment)...)
	}
	spec.Env = environmentList(environment)
	if s := p.object.Spec.SecurityContext; s != nil {
		setIDs(spec, s.RunAsUser, s.RunAsGroup)
	}
	if s := c.SecurityContext; s != nil {
		setIDs(spec, s.RunAsUser, s.RunAsGroup)
	}
	if c.WorkingDir != "" {
		spec.Cwd = c.WorkingDir
	}
	for _, m := range c.VolumeMounts {
		spec.Mounts = append(spec.Mounts, volumeMount{Source: filepath.Join(p.volumeDirectory(m.Name), m.SubPath), Target: m.MountPath, ReadOnly: m.ReadOnly})
	}
	return spec, nil
}

func setIDs(spec *containerSpec, user, group *int64) {
	if user != nil {
		spec.UID = *user
	}
	if group != nil {
		spec.GID = *group
	}
}

func writeSysctl(name, value string) error {
	return os.WriteFile("/proc/sys/"+strings.ReplaceAll(name, ".", "/"), []byte(value), 0o644)
}
