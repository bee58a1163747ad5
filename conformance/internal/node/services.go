package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"conformance/internal/sandbox"
)

// observeServices gives every LoadBalancer Service an address, and rewrites /etc/hosts of every pod, which stands for cluster DNS.
func (a *Agent) observeServices(ctx context.Context) {
	for _, object := range a.services.GetStore().List() {
		service := object.(*corev1.Service)
		if service.Spec.Type == corev1.ServiceTypeLoadBalancer && len(service.Status.LoadBalancer.Ingress) == 0 {
			if err := a.assignAddress(ctx, service.DeepCopy()); err != nil {
				a.log.Printf("load balancer %s/%s: %v", service.Namespace, service.Name, err)
			}
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.running {
		a.writeHostsLocked(p)
	}
}

func (a *Agent) assignAddress(ctx context.Context, service *corev1.Service) error {
	key := service.Namespace + "/" + service.Name
	a.mu.Lock()
	address, known := a.balancer[key]
	if !known {
		address = fmt.Sprintf("192.0.2.%d", 10+len(a.balancer))
		a.balancer[key] = address
	}
	a.mu.Unlock()
	if err := sandbox.AddAddress(address); err != nil {
		return err
	}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
	_, err := a.client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, service, metav1.UpdateOptions{})
	return err
}

// SetHostNames makes further names resolve to an address in every pod.
func (a *Agent) SetHostNames(address string, names []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names[address] = names
	for _, p := range a.running {
		a.writeHostsLocked(p)
	}
}

func (a *Agent) writeHosts(p *pod) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writeHostsLocked(p)
}

func (a *Agent) writeHostsLocked(p *pod) {
	var services []*corev1.Service
	for _, object := range a.services.GetStore().List() {
		services = append(services, object.(*corev1.Service))
	}
	content := hostsFile(p.object.Namespace, p.object.Name, p.address, services, a.names)
	path := filepath.Join(p.directory, "hosts")
	// Written in place: the file is bound into running containers.
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil && !os.IsNotExist(err) {
		a.log.Printf("%s: %v", path, err)
	}
}

// hostsFile lists every Service by the names that cluster DNS would serve in that namespace.
func hostsFile(namespace, pod, address string, services []*corev1.Service, names map[string][]string) string {
	lines := []string{}
	for _, service := range services {
		if ip := service.Spec.ClusterIP; ip != "" && ip != corev1.ClusterIPNone {
			line := fmt.Sprintf("%s %[2]s.%[3]s.svc.cluster.local %[2]s.%[3]s.svc %[2]s.%[3]s", ip, service.Name, service.Namespace)
			if service.Namespace == namespace {
				line += " " + service.Name
			}
			lines = append(lines, line)
		}
	}
	for ip, list := range names {
		if len(list) == 0 {
			continue
		}
		lines = append(lines, ip+" "+strings.Join(list, " "))
	}
	sort.Strings(lines)
	return "127.0.0.1 localhost\n" + strings.Join(append(lines, address+" "+pod), "\n") + "\n"
}
