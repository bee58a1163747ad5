package mesh

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"conformance/internal/control"
)

// Program is one container of the mesh's own: an Envoy with its agent, or istiod.
type Program struct {
	Namespace, Pod, App, Container string
}

// watched are the containers whose crash configuration can cause. An agent ends with its Envoy, so its restarts are those of Envoy.
var watched = map[string]bool{"istio-proxy": true, "discovery": true}

// Restarts counts how often the node has started each program again.
func (m *Mesh) Restarts(ctx context.Context) (map[Program]int32, error) {
	pods, err := m.Plane.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	counts := map[Program]int32{}
	for _, pod := range pods.Items {
		for _, status := range append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...), pod.Status.ContainerStatuses...) {
			if watched[status.Name] && pod.DeletionTimestamp == nil {
				counts[Program{pod.Namespace, pod.Name, pod.Labels["app"], status.Name}] = status.RestartCount
			}
		}
	}
	return counts, nil
}

// Restarted lists the programs that were started again since before.
func Restarted(before, now map[Program]int32) []Program {
	var programs []Program
	for program, count := range now {
		if count > before[program] {
			programs = append(programs, program)
		}
	}
	sort.Slice(programs, func(i, j int) bool { return fmt.Sprint(programs[i]) < fmt.Sprint(programs[j]) })
	return programs
}

var fatal = regexp.MustCompile(`(?i)assert|panic|fatal error|Caught |terminate called|segmentation|critical`)

// source is what Envoy writes before its message: time, level, component, file, thread.
var source = regexp.MustCompile(`^\S+Z\t\w+\tenvoy \S+ \S+\t|\tthread=\d+$`)

// LastWords is what a program wrote about its end.
func (p Program) LastWords() string {
	lines := LastLogLines(p.Namespace, p.Pod, p.Container, 400)
	for _, line := range lines {
		if fatal.MatchString(line) {
			return strings.TrimSpace(source.ReplaceAllString(line, ""))
		}
	}
	return "nothing in its log says why"
}

func (p Program) String() string { return fmt.Sprintf("%s/%s: %s", p.Namespace, p.Pod, p.Container) }

// Replace replaces the pods of crashed programs, istiod's first: the others need it. It spares the wait of a restart's growing pauses.
func (m *Mesh) Replace(ctx context.Context, programs []Program) error {
	for _, istiod := range []bool{true, false} {
		namespaces := map[string]bool{}
		for _, p := range programs {
			if (p.Container == "discovery") != istiod {
				continue
			}
			namespaces[p.Namespace] = true
			if err := m.replacePod(ctx, p); err != nil {
				return err
			}
		}
		for namespace := range namespaces {
			if err := m.waitForDeployments(ctx, namespace); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Mesh) replacePod(ctx context.Context, p Program) error {
	pods := m.Plane.Client.CoreV1().Pods(p.Namespace)
	if err := pods.Delete(ctx, p.Pod, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	return control.WaitFor(ctx, 30*time.Second, "end of pod "+p.Pod, func() (bool, error) {
		_, err := pods.Get(ctx, p.Pod, metav1.GetOptions{})
		return apierrors.IsNotFound(err), nil
	})
}

func (m *Mesh) waitForDeployments(ctx context.Context, namespace string) error {
	deployments, err := m.Plane.Client.AppsV1().Deployments(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, d := range deployments.Items {
		if err := m.WaitForDeployment(ctx, namespace, d.Name); err != nil {
			return err
		}
	}
	return nil
}
