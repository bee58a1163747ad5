package replay

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"conformance/internal/mesh"
)

// ingressPort notes that a Gateway listens on a port of the ingress gateway.
func (a *adapter) ingressPort(number int64) {
	if number != 80 && number != 443 && number > 0 {
		a.ports[number] = true
	}
}

// openPorts adds ports to the Service of the ingress gateway that Gateways listen on.
func (r *replayer) openPorts(ctx context.Context) error {
	if len(r.adapter.ports) == 0 {
		return nil
	}
	services := r.kube().CoreV1().Services(mesh.SystemNamespace)
	service, err := services.Get(ctx, "istio-ingressgateway", metav1.GetOptions{})
	if err != nil {
		return err
	}
	for number := range r.adapter.ports {
		if slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return int64(p.Port) == number }) {
			continue
		}
		r.adapter.tell("Service istio-system/istio-ingressgateway gets port %d", number)
		service.Spec.Ports = append(service.Spec.Ports, corev1.ServicePort{Name: fmt.Sprintf("tcp-%d", number), Port: int32(number), TargetPort: intstr.FromInt32(int32(number))})
	}
	_, err = services.Update(ctx, service, metav1.UpdateOptions{})
	return err
}
