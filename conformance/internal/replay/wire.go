package replay

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"

	"conformance/internal/client"
	"conformance/internal/mesh"
	"conformance/internal/node"
)

// wire writes a request as it goes over the line.
func (r *replayer) wire(ctx context.Context, request *Request) (*client.Request, error) {
	token, err := r.adapter.keys.text(request.Token)
	if err != nil {
		return nil, err
	}
	fill := func(text string) string { return strings.ReplaceAll(text, "${token}", token) }
	w := &client.Request{
		Method: request.Method, Target: fill(request.Path), Host: request.Host, Body: request.Body, TLS: request.Client == OverTLS, ServerName: withoutPort(request.Host),
	}
	if request.SNI != nil {
		w.ServerName = *request.SNI
	}
	used := strings.Contains(request.Path, "${token}")
	for _, header := range request.Headers {
		if strings.ContainsAny(header[0]+header[1], "\r\n") {
			return nil, fmt.Errorf("header %q: a line feed cannot be sent", header[0])
		}
		used = used || strings.Contains(header[1], "${token}")
		w.Headers = append(w.Headers, client.Header{Name: header[0], Value: fill(header[1])})
	}
	if strings.ContainsAny(w.Target+w.Host+w.Method, "\r\n ") {
		return nil, fmt.Errorf("method, path or host hold a space or line feed, which cannot be sent")
	}
	if request.Token != nil && !used {
		w.Headers = append(w.Headers, client.Header{Name: "Authorization", Value: "Bearer " + token})
	}
	if request.Certificate != nil {
		entity, err := r.adapter.authorities.client(request.ID, request.Certificate)
		if err != nil {
			return nil, err
		}
		if w.Certificate, err = r.adapter.authorities.pki.TLS(entity); err != nil {
			return nil, err
		}
	}
	if request.Client == InMesh {
		return w, r.toService(ctx, w, request)
	}
	return w, r.toGateway(ctx, w, request)
}

func withoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

func (r *replayer) kube() kubernetes.Interface { return r.runner.Mesh.Plane.Client }

// toGateway finds the address of the gateway: a Service of that name, or one that selects pods of that name.
func (r *replayer) toGateway(ctx context.Context, w *client.Request, request *Request) error {
	name := request.Gateway
	if name == "" {
		name = r.gateway
	}
	number := request.Port
	if number == 0 {
		if number = 443; request.Client == Plaintext {
			number = 80
		}
	}
	service, err := r.gatewayService(ctx, name)
	if err != nil {
		return err
	}
	address := service.Spec.ClusterIP
	if len(service.Status.LoadBalancer.Ingress) > 0 {
		address = service.Status.LoadBalancer.Ingress[0].IP
	}
	w.Address = net.JoinHostPort(address, strconv.Itoa(number))
	return nil
}

func (r *replayer) gatewayService(ctx context.Context, name string) (*corev1.Service, error) {
	namespace, name, _ := strings.Cut(name, "/")
	services, err := r.kube().CoreV1().Services(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for i := range services.Items {
		if services.Items[i].Name == name {
			return &services.Items[i], nil
		}
	}
	for i := range services.Items {
		selector := services.Items[i].Spec.Selector
		if len(selector) == 0 {
			continue
		}
		if selector["app"] == name || selector["istio"] == name {
			return &services.Items[i], nil
		}
		pods, err := r.kube().CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.SelectorFromSet(selector).String()})
		if err != nil {
			return nil, err
		}
		for _, pod := range pods.Items {
			if strings.HasPrefix(pod.Name, name+"-") {
				return &services.Items[i], nil
			}
		}
	}
	return nil, fmt.Errorf("no Service leads to a gateway `%s/%s`", namespace, name)
}

// toService goes straight to the pod as a workload of the mesh, or from a pod without sidecar to the Service.
func (r *replayer) toService(ctx context.Context, w *client.Request, request *Request) error {
	namespace, name, _ := strings.Cut(request.Service, "/")
	service, err := r.kube().CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	port, err := servicePortOf(service, request.Port)
	if err != nil {
		return err
	}
	pod, err := r.podBehind(ctx, service)
	if err != nil {
		return err
	}
	if request.Identity == "" {
		caller, err := r.podBehind(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "plaintext-client"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "caller"}}})
		if err != nil {
			return err
		}
		w.Network = node.NetworkName(caller.Status.PodIP)
		w.Address = net.JoinHostPort(service.Spec.ClusterIP, strconv.Itoa(int(port.Port)))
		if service.Spec.ClusterIP == corev1.ClusterIPNone {
			w.Address = net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(containerPort(pod, port)))
		}
		return nil
	}
	w.Address = net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(containerPort(pod, port)))
	if !mesh.HasProxy(pod) {
		return nil // a sidecar speaks plain text to a pod that has none
	}
	certificate, err := r.identity(ctx, request.Identity)
	if err != nil {
		return err
	}
	w.TLS, w.Mesh, w.Certificate, w.ServerName = true, true, certificate, ""
	return nil
}

func servicePortOf(service *corev1.Service, number int) (corev1.ServicePort, error) {
	if number == 0 && len(service.Spec.Ports) == 1 {
		return service.Spec.Ports[0], nil
	}
	if number == 0 {
		number = 80
	}
	for _, port := range service.Spec.Ports {
		if int(port.Port) == number {
			return port, nil
		}
	}
	return corev1.ServicePort{}, fmt.Errorf("Service %s/%s has no port %d", service.Namespace, service.Name, number)
}

func containerPort(pod *corev1.Pod, port corev1.ServicePort) int {
	if port.TargetPort.Type == intstr.Int {
		if port.TargetPort.IntValue() == 0 {
			return int(port.Port)
		}
		return port.TargetPort.IntValue()
	}
	for _, c := range pod.Spec.Containers {
		for _, candidate := range c.Ports {
			if candidate.Name == port.TargetPort.StrVal {
				return int(candidate.ContainerPort)
			}
		}
	}
	return int(port.Port)
}

func (r *replayer) podBehind(ctx context.Context, service *corev1.Service) (*corev1.Pod, error) {
	if len(service.Spec.Selector) == 0 {
		return nil, fmt.Errorf("Service %s/%s selects no pods", service.Namespace, service.Name)
	}
	pods, err := r.kube().CoreV1().Pods(service.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labels.SelectorFromSet(service.Spec.Selector).String()})
	if err != nil {
		return nil, err
	}
	for i := range pods.Items {
		if pods.Items[i].DeletionTimestamp == nil && pods.Items[i].Status.PodIP != "" {
			return &pods.Items[i], nil
		}
	}
	return nil, fmt.Errorf("no pod runs behind Service %s/%s", service.Namespace, service.Name)
}

// identity is the mesh certificate of a workload, issued by istiod.
func (r *replayer) identity(ctx context.Context, id string) (*tls.Certificate, error) {
	if known := r.identities[id]; known != nil {
		return known, nil
	}
	namespace, account, ok := workloadOf(id)
	if !ok {
		return nil, fmt.Errorf("identity `%s`: istiod of the rig issues spiffe://cluster.local/ns/<namespace>/sa/<account> only", id)
	}
	certificate, err := r.runner.Mesh.WorkloadCertificate(ctx, namespace, account)
	if err != nil {
		return nil, err
	}
	r.identities[id] = certificate
	return certificate, nil
}
