package suite

import (
	"context"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// operatorView is the cluster as Kyma's operator reads it.
type operatorView struct {
	ctx context.Context
	run *run
}

func (v *operatorView) Selector(namespace, name string) (map[string]string, error) {
	service, err := v.run.Mesh.Plane.Client.CoreV1().Services(namespace).Get(v.ctx, name, metav1.GetOptions{})
	return found(service, err, func(s *corev1.Service) map[string]string { return s.Spec.Selector })
}

func (v *operatorView) Secret(namespace, name string) (map[string][]byte, error) {
	secret, err := v.run.Mesh.Plane.Client.CoreV1().Secrets(namespace).Get(v.ctx, name, metav1.GetOptions{})
	return found(secret, err, func(s *corev1.Secret) map[string][]byte { return s.Data })
}

func (v *operatorView) ConfigMap(namespace, name string) (map[string]string, error) {
	config, err := v.run.Mesh.Plane.Client.CoreV1().ConfigMaps(namespace).Get(v.ctx, name, metav1.GetOptions{})
	return found(config, err, func(c *corev1.ConfigMap) map[string]string { return c.Data })
}

func (v *operatorView) HasGateway(namespace, name string) (bool, error) {
	_, err := v.run.Mesh.Dynamic.Resource(istioResource("gateways")).Namespace(namespace).Get(v.ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

func (v *operatorView) Occupants(host string) ([]map[string]string, error) {
	list, err := v.run.Mesh.Dynamic.Resource(istioResource("virtualservices")).List(v.ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var labels []map[string]string
	for _, item := range list.Items {
		if hosts, _, _ := unstructured.NestedStringSlice(item.Object, "spec", "hosts"); slices.Contains(hosts, host) {
			labels = append(labels, item.GetLabels())
		}
	}
	return labels, nil
}

func istioResource(name string) schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "networking.istio.io", Version: "v1", Resource: name}
}

// found reads a map of an object; of one that is not there it is nil.
func found[T any, V any](object T, err error, read func(T) map[string]V) (map[string]V, error) {
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if content := read(object); content != nil {
		return content, nil
	}
	return map[string]V{}, nil
}
