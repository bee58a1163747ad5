package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"conformance/internal/sandbox"
)

// pod is one running pod.
type pod struct {
	agent     *Agent
	object    *corev1.Pod
	address   string
	directory string
	network   *sandbox.PodNetwork
	volumes   chan struct{}
	changed   chan struct{}
	started   time.Time

	ctx    context.Context
	cancel context.CancelFunc

	mu          sync.Mutex
	containers  map[string]*containerState
	tokens      map[string]token
	initialised bool
	trouble     string
}

type containerState struct {
	running, ready bool
	restarts       int32
	exitCode       *int32
	process        *os.Process
}

func newPod(agent *Agent, object *corev1.Pod, number int) *pod {
	p := &pod{
		agent: agent, object: object, address: fmt.Sprintf("10.244.%d.%d", number/250, number%250+1), started: time.Now(),
		directory: filepath.Join(PodsDirectory, object.Namespace+"_"+object.Name),
		volumes:   make(chan struct{}, 1), changed: make(chan struct{}, 1), containers: map[string]*containerState{}, tokens: map[string]token{},
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	for _, c := range append(append([]corev1.Container{}, object.Spec.InitContainers...), object.Spec.Containers...) {
		p.containers[c.Name] = &containerState{}
	}
	return p
}

// PodsDirectory holds one directory `<namespace>_<pod>` per pod, with a log file and a PID file per container.
const PodsDirectory = sandbox.State + "/pods"

// NetworkName is the name of the network namespace of the pod with that address.
func NetworkName(address string) string { return "pod-" + address }

func (p *pod) run() {
	if err := os.MkdirAll(p.directory, 0o755); err != nil {
		p.report("directory: %v", err)
		return
	}
	var err error
	if p.network, err = sandbox.NewPodNetwork(NetworkName(p.address), p.address); err != nil {
		p.report("network: %v", err)
		return
	}
	p.setSysctls()
	p.object.Status.PodIP, p.object.Status.HostIP = p.address, sandbox.NodeAddress
	p.object.Status.PodIPs = []corev1.PodIP{{IP: p.address}}
	p.agent.writeHosts(p)
	go p.publishStatus()

	for err := p.writeVolumes(); err != nil && p.ctx.Err() == nil; err = p.writeVolumes() {
		p.report("volumes: %v", err)
		p.awaitVolumes(500 * time.Millisecond)
	}
	p.report("")
	go p.keepVolumes()

	for _, c := range p.object.Spec.InitContainers {
		if isSidecar(c) {
			go p.supervise(c)
			for c.StartupProbe != nil && !p.isReady(c.Name) && p.sleep(20*time.Millisecond) {
			}
			continue
		}
		for code := p.execute(c); code != 0; code = p.execute(c) {
			p.report("init container %s: exit code %d", c.Name, code)
			if !p.sleep(time.Second) {
				return
			}
		}
		p.update(func() { zero := int32(0); p.containers[c.Name].exitCode, p.containers[c.Name].ready = &zero, true })
	}
	if p.ctx.Err() != nil {
		return
	}
	p.update(func() { p.initialised, p.trouble = true, "" })
	for _, c := range p.object.Spec.Containers {
		go p.supervise(c)
	}
}

func isSidecar(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

func (p *pod) setSysctls() {
	if p.object.Spec.SecurityContext == nil {
		return
	}
	for _, s := range p.object.Spec.SecurityContext.Sysctls {
		if err := p.network.Do(func() error { return writeSysctl(s.Name, s.Value) }); err != nil {
			p.agent.log.Printf("%s/%s: sysctl %s: %v", p.object.Namespace, p.object.Name, s.Name, err)
		}
	}
}

// supervise restarts a container as its restart policy says.
func (p *pod) supervise(c corev1.Container) {
	pause := 200 * time.Millisecond
	for p.ctx.Err() == nil {
		running, stopped := context.WithCancel(p.ctx)
		go p.probe(running, c)
		code := p.execute(c)
		stopped()
		p.update(func() { p.containers[c.Name].ready = false })
		if p.ctx.Err() != nil {
			return
		}
		p.agent.log.Printf("%s/%s: container %s: exit code %d", p.object.Namespace, p.object.Name, c.Name, code)
		policy := p.object.Spec.RestartPolicy
		if !isSidecar(c) && (policy == corev1.RestartPolicyNever || policy == corev1.RestartPolicyOnFailure && code == 0) {
			p.update(func() { exit := int32(code); p.containers[c.Name].exitCode = &exit })
			return
		}
		p.update(func() { p.containers[c.Name].restarts++ })
		p.sleep(pause)
		pause = min(2*pause, 10*time.Second)
	}
}

// stop ends every container: a second to end by itself, as a short grace period, then SIGKILL.
func (p *pod) stop() {
	p.cancel()
	p.signal(syscall.SIGTERM)
	for end := time.Now().Add(time.Second); time.Now().Before(end) && p.alive(); {
		time.Sleep(10 * time.Millisecond)
	}
	for p.alive() {
		p.signal(syscall.SIGKILL)
		time.Sleep(10 * time.Millisecond)
	}
	if p.network != nil {
		p.network.Close()
	}
	// A pod of the same name (a StatefulSet's, or a bare pod's) must not find the old volumes.
	_ = os.Rename(p.directory, fmt.Sprintf("%s.%s.gone", p.directory, p.object.UID))
}

func (p *pod) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.containers {
		if c.process != nil {
			return true
		}
	}
	return false
}

func (p *pod) signal(signal os.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.containers {
		if c.process != nil {
			_ = c.process.Signal(signal)
		}
	}
}

func (p *pod) update(f func()) {
	p.mu.Lock()
	f()
	p.mu.Unlock()
	wake(p.changed)
}

func (p *pod) report(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	p.update(func() { p.trouble = message })
	if message != "" {
		p.agent.log.Printf("%s/%s: %s", p.object.Namespace, p.object.Name, message)
	}
}

func (p *pod) isReady(container string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.containers[container].ready
}

// sleep returns false when the pod was stopped.
func (p *pod) sleep(d time.Duration) bool {
	select {
	case <-p.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
