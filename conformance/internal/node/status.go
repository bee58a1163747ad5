package node

import (
	"encoding/json"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"conformance/internal/sandbox"
)

// publishStatus writes the pod's status whenever it changes, and again while the API server is away.
func (p *pod) publishStatus() {
	last := ""
	for {
		patch, err := json.Marshal(map[string]any{"status": p.status()})
		if err != nil {
			p.agent.log.Printf("status: %v", err)
			return
		}
		if string(patch) != last {
			_, err := p.agent.client.CoreV1().Pods(p.object.Namespace).Patch(p.ctx, p.object.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
			switch {
			case err == nil:
				last = string(patch)
			case apierrors.IsNotFound(err) || p.ctx.Err() != nil:
				return
			default:
				p.agent.log.Printf("%s/%s: status: %v", p.object.Namespace, p.object.Name, err)
				p.sleep(200 * time.Millisecond)
				wake(p.changed)
			}
		}
		select {
		case <-p.ctx.Done():
			return
		case <-p.changed:
		}
	}
}

func (p *pod) status() corev1.PodStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	start := metav1.NewTime(p.started)
	status := corev1.PodStatus{
		Phase: corev1.PodPending, Message: p.trouble, StartTime: &start,
		HostIP: sandbox.NodeAddress, HostIPs: []corev1.HostIP{{IP: sandbox.NodeAddress}}, PodIP: p.address, PodIPs: []corev1.PodIP{{IP: p.address}},
	}
	ready := p.initialised
	for _, c := range p.object.Spec.InitContainers {
		status.InitContainerStatuses = append(status.InitContainerStatuses, p.containerStatus(c, start))
		ready = ready && (!isSidecar(c) || p.containers[c.Name].ready)
	}
	finished, failed := 0, false
	for _, c := range p.object.Spec.Containers {
		status.ContainerStatuses = append(status.ContainerStatuses, p.containerStatus(c, start))
		ready = ready && p.containers[c.Name].ready
		if exit := p.containers[c.Name].exitCode; exit != nil {
			finished++
			failed = failed || *exit != 0
		}
	}
	switch {
	case finished == len(p.object.Spec.Containers) && failed:
		status.Phase = corev1.PodFailed
	case finished == len(p.object.Spec.Containers):
		status.Phase = corev1.PodSucceeded
	case p.initialised:
		status.Phase = corev1.PodRunning
	}
	for _, condition := range []struct {
		kind corev1.PodConditionType
		met  bool
	}{{corev1.PodScheduled, true}, {corev1.PodInitialized, p.initialised}, {corev1.ContainersReady, ready}, {corev1.PodReady, ready}} {
		value := corev1.ConditionFalse
		if condition.met {
			value = corev1.ConditionTrue
		}
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: condition.kind, Status: value, LastTransitionTime: start})
	}
	return status
}

func (p *pod) containerStatus(c corev1.Container, start metav1.Time) corev1.ContainerStatus {
	state := p.containers[c.Name]
	started := state.ready
	status := corev1.ContainerStatus{Name: c.Name, Image: c.Image, ImageID: c.Image, Ready: state.ready, Started: &started, RestartCount: state.restarts}
	switch {
	case state.exitCode != nil:
		status.State.Terminated = &corev1.ContainerStateTerminated{ExitCode: *state.exitCode}
	case state.running:
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: start}
	default:
		status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "PodInitializing", Message: p.trouble}
	}
	return status
}
