package replay

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

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
