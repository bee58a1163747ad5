package suite

import (
	"context"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// clear takes away what a step has made and the next one does not have, before that begins: as `kubectl apply --prune` would. What both have under one name
// is left for kubectl to change, so that Envoy keeps the old configuration where it rejects the new one, and workloads are not started again.
// Nobody waits here: the next step does.
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
		if next.Crashes == "" && contains(wanted, object) {
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

func contains(objects []*unstructured.Unstructured, wanted *unstructured.Unstructured) bool {
	return slices.ContainsFunc(objects, func(o *unstructured.Unstructured) bool {
		return o.GroupVersionKind().GroupKind() == wanted.GroupVersionKind().GroupKind() && namespaceOf(o) == namespaceOf(wanted) && o.GetName() == wanted.GetName()
	})
}

// beginsShut tells whether the first step expects a closed door. Envoy shares a Secret that it still holds for a listener which drains, so that the suite before must be gone.
func (s *Suite) beginsShut() bool {
	return len(s.Secrets) > 0 && slices.ContainsFunc(s.Steps[0].Requests, func(r Request) bool { return !slices.ContainsFunc(r.Expect, isStatus) })
}

func isStatus(verdict string) bool { _, err := strconv.Atoi(verdict); return err == nil }

// rejects tells whether what Envoy holds before a step decides what is seen after it.
func (s *Suite) rejects() bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Rejected != "" })
}
