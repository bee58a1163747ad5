package suite

import (
	"context"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// clear takes away what a step has made before the next one begins, which must not inherit anything. Workloads that the next step has too, word for
// word, stay: to start them again would cost seconds and show nothing. Nobody waits here: the next step does.
func (r *run) clear(ctx context.Context, last, next *Step) error {
	wanted, err := r.manifests(next.Apply, next.Manifest)
	if err != nil {
		return err
	}
	if err := r.restoreAll(ctx); err != nil {
		return err
	}
	var kept []*unstructured.Unstructured
	for i := len(r.applied) - 1; i >= r.base; i-- {
		object := r.applied[i]
		if isWorkload(object) && contains(wanted, object) {
			kept = append([]*unstructured.Unstructured{object}, kept...)
			continue
		}
		if err := r.removeApplied(ctx, object); err != nil {
			return err
		}
	}
	r.applied = append(r.applied[:r.base:r.base], kept...)
	if len(last.Secrets) > 0 || len(last.Delete) > 0 {
		if err := r.putSecrets(ctx, r.suite.Secrets); err != nil {
			return err
		}
	}
	if last.Rejected != "" {
		return r.settle(ctx) // a push in the middle of the removal may have been rejected as well
	}
	return nil
}

func isWorkload(object *unstructured.Unstructured) bool {
	switch object.GetKind() {
	case "Namespace", "ServiceAccount", "Service", "Deployment", "ConfigMap":
		return true
	}
	return false
}

func contains(objects []*unstructured.Unstructured, wanted *unstructured.Unstructured) bool {
	for _, object := range objects {
		if reflect.DeepEqual(object.Object, wanted.Object) {
			return true
		}
	}
	return false
}
