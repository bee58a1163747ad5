// Package sandbox runs the whole rig in private network, mount, PID, UTS and IPC namespaces.
//
// Everything the rig creates (processes, pods, mounts, files under /run) belongs to these namespaces, so the kernel removes all of it as soon as the
// first process of the PID namespace ends, for whatever reason, SIGKILL of the rig included.
package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// State is the directory of the running rig; it exists only inside the sandbox.
const State = "/run/rig"

// NodeAddress is the address of the one node, and of the API server.
const NodeAddress = "10.244.0.1"

// KubernetesAddress is the address of the Service `kubernetes`, the first of ServiceRange.
const KubernetesAddress = "10.96.0.1"

// PodRange and ServiceRange are the address ranges of pods and Services.
const (
	PodRange     = "10.244.0.0/16"
	ServiceRange = "10.96.0.0/16"
)

const (
	initCommand   = "sandbox-init"
	insideCommand = "sandbox-inside"
)

// Enter starts this program again inside a new sandbox with the given arguments and returns its exit code.
// An interrupt, a hang-up or the death of the caller ends the sandbox at once.
func Enter(args []string) int {
	runtime.LockOSThread() // Pdeathsig is bound to the thread that starts the child
	cmd := exec.Command("/proc/self/exe", append([]string{initCommand}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
		Setpgid:    true, // Ctrl-C reaches only this process, which then ends the sandbox as a whole
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	if err := dieWithParent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 130
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintf(os.Stderr, "cannot create namespaces: %v; run as root on Linux\n", err)
		return 2
	}
	go func() {
		<-signals
		_ = cmd.Process.Kill()
	}()
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		fmt.Fprintln(os.Stderr, "interrupted: everything is removed")
		return 130
	}
	return cmd.ProcessState.ExitCode()
}

// ParentVariable names the process that waits for this one, if its end shall end the sandbox.
const ParentVariable = "RIG_PARENT"

// dieWithParent asks the kernel for a signal when the script that has started this program ends, even by SIGKILL.
func dieWithParent() error {
	parent := os.Getenv(ParentVariable)
	if parent == "" {
		return nil
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0); err != nil {
		return err
	}
	if strconv.Itoa(os.Getppid()) != parent { // it has ended before
		return errors.New("interrupted: nothing was started")
	}
	return nil
}

// Dispatch handles the commands by which Enter starts this program again; inside is the work to do in the sandbox.
func Dispatch(args []string, inside func(args []string) int) (handled bool, code int) {
	if len(args) == 0 {
		return false, 0
	}
	switch args[0] {
	case initCommand:
		return true, reap(args[1:])
	case insideCommand:
		if err := prepare(); err != nil {
			fmt.Fprintln(os.Stderr, "sandbox:", err)
			return true, 2
		}
		return true, inside(args[1:])
	}
	return false, 0
}

// reap is the first process of the PID namespace: it adopts and buries orphans until the worker ends.
func reap(args []string) int {
	worker, err := os.StartProcess("/proc/self/exe", append([]string{os.Args[0], insideCommand}, args...), &os.ProcAttr{
		Env: os.Environ(), Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		return 2
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return 2
		case pid == worker.Pid && status.Signaled():
			return 128 + int(status.Signal())
		case pid == worker.Pid:
			return status.ExitStatus()
		}
	}
}

// prepare makes the private mounts and the node's network.
func prepare() error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := syscall.Mount("proc", "/proc", "proc", 0, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	// A fresh /run holds the rig's files and the names of the pods' network namespaces, and hides the host's sockets.
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	for _, dir := range []string{State, "/run/netns", State + "/log"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := syscall.Sethostname([]byte("rig")); err != nil {
		return err
	}
	return prepareNetwork()
}

func prepareNetwork() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	if err := AddAddress(NodeAddress); err != nil {
		return err
	}
	// kube-proxy translates Service addresses in the OUTPUT hook, which the kernel consults only for packets that have a route.
	services, err := netlink.ParseIPNet(ServiceRange)
	if err != nil {
		return err
	}
	if err := netlink.RouteAdd(&netlink.Route{LinkIndex: lo.Attrs().Index, Dst: services, Src: parseIP(NodeAddress)}); err != nil {
		return fmt.Errorf("route to Services: %w", err)
	}
	return os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644)
}
