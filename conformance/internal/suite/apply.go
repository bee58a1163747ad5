package suite

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/mesh"
)

// applyAll applies manifests with kubectl, and plays the controllers that are not there.
func (r *run) applyAll(ctx context.Context, objects []*unstructured.Unstructured) error {
	var accepted []*unstructured.Unstructured
	for _, object := range objects {
		switch {
		case r.replaced(object):
			r.Report.note("%s: the suite's own is used", reference(object))
		case !r.cluster.known(object):
			r.Report.Unjudged++
			message := fmt.Sprintf("%s is NOT applied: no CustomResourceDefinition for %s", reference(object), object.GetAPIVersion())
			if r.CRDsComplete {
				r.Report.fail(r.suite.Name, "%s", message)
			} else {
				r.Report.note("%s", message)
			}
		default:
			accepted = append(accepted, object)
		}
	}
	if err := r.remember(ctx, accepted); err != nil {
		return err
	}
	warnings, err := r.cluster.apply(ctx, accepted)
	if err != nil {
		return err
	}
	r.warnings = warnings
	if warnings != "" {
		r.Report.note("%s", warnings)
	}
	r.refusals = nil
	// The operator tries again until what an APIRule names is there: its ExternalGateway comes first.
	later := func(o *unstructured.Unstructured) int { return map[string]int{"APIRule": 1}[o.GetKind()] }
	order := slices.SortedStableFunc(slices.Values(objects), func(a, b *unstructured.Unstructured) int { return later(a) - later(b) })
	for _, object := range order {
		if err := r.play(ctx, object); err != nil {
			return fmt.Errorf("%s: %w", reference(object), err)
		}
	}
	for _, object := range accepted {
		if name := deploymentOf(object); name != "" {
			if err := r.Mesh.WaitForDeployment(ctx, namespaceOf(object), name); err != nil {
				return err
			}
		}
	}
	return nil
}

// remember notes what is to be removed afterwards, and what is to become again what it was: settings of the mesh itself and workloads that every suite finds, which this one overwrites.
func (r *run) remember(ctx context.Context, objects []*unstructured.Unstructured) error {
	for _, object := range objects {
		if mayBeOfOthers(object) && !r.own(object) {
			before, err := r.cluster.find(ctx, reference(object))
			if err != nil && !apierrors.IsNotFound(err) {
				return err
			}
			if err == nil && before.GetDeletionTimestamp() == nil {
				r.undo = append(r.undo, before)
				continue
			}
		}
		r.applied = append(r.applied, object)
	}
	return nil
}

// mayBeOfOthers tells whether the rig itself has objects of this kind in this place.
func mayBeOfOthers(object *unstructured.Unstructured) bool {
	switch object.GetKind() {
	case "Deployment", "Service":
		return true
	default:
		return object.GetKind() == "ConfigMap" && namespaceOf(object) == mesh.SystemNamespace
	}
}

// deploymentOf names the Deployment that comes of an object: itself, or the one that istiod makes for a Gateway of the Gateway API without an address.
func deploymentOf(object *unstructured.Unstructured) string {
	kind := object.GroupVersionKind()
	if kind.Kind == "Deployment" {
		return object.GetName()
	}
	addresses, _, _ := unstructured.NestedSlice(object.Object, "spec", "addresses")
	class, _, _ := unstructured.NestedString(object.Object, "spec", "gatewayClassName")
	if kind.Group != "gateway.networking.k8s.io" || kind.Kind != "Gateway" || class != "istio" || len(addresses) > 0 {
		return ""
	}
	return object.GetName() + "-" + class
}

// replaced tells whether the suite provides this Secret itself.
func (r *run) replaced(object *unstructured.Unstructured) bool {
	if object.GetKind() != "Secret" {
		return false
	}
	for _, s := range r.suite.Secrets {
		if s.Name == object.GetName() && s.Namespace == namespaceOf(object) {
			return true
		}
	}
	return false
}

func (r *run) putSecrets(ctx context.Context, secrets []Secret) error {
	for _, s := range secrets {
		object, err := r.secret(s)
		if err != nil {
			return fmt.Errorf("Secret %s/%s: %w", s.Namespace, s.Name, err)
		}
		if err := r.cluster.put(ctx, object); err != nil {
			return err
		}
		r.applied = append(r.applied, object)
	}
	return nil
}

func (r *run) secret(s Secret) (*unstructured.Unstructured, error) {
	data := map[string]any{}
	for key, source := range s.Data {
		kind, name, _ := strings.Cut(source, "/")
		var content []byte
		var err error
		switch kind {
		case "certificate":
			for _, part := range strings.Split(name, "+") {
				var one []byte
				if one, err = r.pki.CertificatePEM(part); err != nil {
					return nil, err
				}
				content = append(content, one...)
			}
		case "key":
			content, err = r.pki.KeyPEM(name)
		case "crl":
			for _, part := range strings.Split(name, "+") {
				var one []byte
				if one, err = r.pki.CRLPEM(part); err != nil {
					return nil, err
				}
				content = append(content, one...)
			}
		case "text":
			content = []byte(name)
		default:
			err = fmt.Errorf("invalid content `%s`: expected certificate/NAME, key/NAME, crl/NAME or text/…", source)
		}
		if err != nil {
			return nil, err
		}
		data[key] = base64.StdEncoding.EncodeToString(content)
	}
	kind := s.Type
	if kind == "" {
		kind = "Opaque"
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"namespace": s.Namespace, "name": s.Name}, "type": kind, "data": data,
	}}, nil
}

// patch changes an object of the mesh or of the suite, to be undone at the end.
func (r *run) patch(ctx context.Context, p Patch) error {
	before, err := r.cluster.patch(ctx, p)
	if err != nil {
		return err
	}
	if !r.own(before) {
		r.undo = append(r.undo, before)
	}
	if before.GetKind() == "Deployment" {
		return r.Mesh.WaitForDeployment(ctx, before.GetNamespace(), before.GetName())
	}
	return nil
}

func (r *run) own(object *unstructured.Unstructured) bool {
	for _, applied := range r.applied {
		if applied.GetKind() == object.GetKind() && namespaceOf(applied) == namespaceOf(object) && applied.GetName() == object.GetName() {
			return true
		}
	}
	return false
}

func (r *run) delete(ctx context.Context, name string) error {
	object, err := r.cluster.find(ctx, name)
	if err != nil {
		return err
	}
	if !r.own(object) {
		r.undo = append(r.undo, object)
	}
	return r.cluster.remove(ctx, object)
}

// restart replaces the pods of Deployments.
func (r *run) restart(ctx context.Context, names []string) error {
	for _, name := range names {
		deployment, err := r.cluster.find(ctx, name)
		if err != nil {
			return err
		}
		if err := r.Mesh.ReplacePods(ctx, deployment.GetNamespace(), deployment.GetName()); err != nil {
			return err
		}
	}
	return nil
}
