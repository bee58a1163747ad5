package replay

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// adapter changes manifests so far that they can run here, and keeps account of it.
type adapter struct {
	authorities *authorities
	keys        *signer
	hosts       map[string][]string // of a Secret: the server names of the Gateways that name it
	replaced    []string
	ports       map[int64]bool // of the ingress gateway, that its Service needs
}

func (a *adapter) tell(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if !slices.Contains(a.replaced, line) {
		a.replaced = append(a.replaced, line)
	}
}

// groups whose objects are applied; of the API server's own, only the kinds below.
var groups = []string{"networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io", "gateway.networking.k8s.io", "gateway.kyma-project.io"}

var coreKinds = []string{
	"v1/Namespace", "v1/Secret", "v1/ConfigMap", "v1/Service", "v1/ServiceAccount", "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding",
}

// adapt returns the objects to apply in an order in which they can be applied.
func (a *adapter) adapt(objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var kept []*unstructured.Unstructured
	for _, o := range objects {
		clean(o)
		group, _, _ := strings.Cut(o.GetAPIVersion(), "/")
		kind := o.GetAPIVersion() + "/" + o.GetKind()
		switch {
		case o.GetKind() == "Secret" || o.GetKind() == "ConfigMap":
			if known, err := a.replaceCertificates(o); err != nil {
				return nil, err
			} else if !known {
				continue
			}
		case o.GetKind() == "Certificate" && (group == "cert-manager.io" || group == "cert.gardener.cloud"):
			made, err := a.issue(o)
			if err != nil {
				return nil, err
			}
			o = made
		case o.GetAPIVersion() == "gateway.kyma-project.io/v1beta1":
			a.tell("%s is left out: the operator's webhook refuses version v1beta1", reference(o))
			continue
		case o.GetKind() == "RequestAuthentication":
			a.replaceKeys(o)
		case isWorkload(o):
			o = a.play(o, objects)
		case !slices.Contains(groups, group) && !slices.Contains(coreKinds, kind):
			a.tell("%s is left out: the rig does not run objects of this kind", reference(o))
			continue
		}
		kept = append(kept, o)
	}
	slices.SortStableFunc(kept, func(x, y *unstructured.Unstructured) int { return rank(x) - rank(y) })
	return kept, nil
}

// clean drops what a cluster has added.
func clean(o *unstructured.Unstructured) {
	unstructured.RemoveNestedField(o.Object, "status")
	for _, field := range []string{"resourceVersion", "uid", "generation", "managedFields", "ownerReferences", "selfLink", "deletionTimestamp", "finalizers", "creationTimestamp"} {
		unstructured.RemoveNestedField(o.Object, "metadata", field)
	}
	for _, field := range []string{"clusterIP", "clusterIPs", "healthCheckNodePort", "loadBalancerIP"} {
		if value, _, _ := unstructured.NestedString(o.Object, "spec", field); o.GetKind() == "Service" && value != "None" {
			unstructured.RemoveNestedField(o.Object, "spec", field)
		}
	}
}

// first lists the kinds that others need, in the order in which they are applied; the rest follows as it was written.
var first = []string{"Namespace", "ServiceAccount", "Role", "RoleBinding", "Secret", "ConfigMap", "Service", "Deployment"}

func rank(o *unstructured.Unstructured) int {
	if i := slices.Index(first, o.GetKind()); i >= 0 {
		return i
	}
	return len(first)
}

func reference(o *unstructured.Unstructured) string {
	if o.GetNamespace() == "" {
		return o.GetKind() + " " + o.GetName()
	}
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}

func namespaceOf(o *unstructured.Unstructured) string {
	if o.GetNamespace() == "" {
		return "default"
	}
	return o.GetNamespace()
}

func key(o *unstructured.Unstructured) string { return namespaceOf(o) + "/" + o.GetName() }
