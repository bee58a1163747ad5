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
