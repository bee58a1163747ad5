package suite

import (
	"context"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/control"
	"conformance/internal/fixture"
	"conformance/internal/kyma"
)

// play does the work of a controller for one object.
func (r *run) play(ctx context.Context, object *unstructured.Unstructured) error {
	group, _, _ := strings.Cut(object.GetAPIVersion(), "/")
	switch group + "/" + object.GetKind() {
	case "gateway.kyma-project.io/APIRule":
		made, err := kyma.Reconcile(object, func(namespace, name string) (map[string]string, error) {
			s, err := r.Mesh.Plane.Client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return nil, err
			}
			return s.Spec.Selector, nil
		})
		if err != nil {
			return err
		}
		r.Report.note("Kyma's controller is played: %s becomes %s", reference(object), references(made))
		for _, one := range made {
			if r.adapt != nil {
				r.adapt(one)
			}
		}
		r.applied = append(r.applied, made...)
		_, err = r.cluster.apply(ctx, made)
		return err
	case "cert.gardener.cloud/Certificate":
		return r.playGardener(ctx, object)
	case "cert-manager.io/Certificate":
		return r.awaitCertManager(ctx, object)
	}
	return nil
}

func references(objects []*unstructured.Unstructured) string {
	var names []string
	for _, object := range objects {
		names = append(names, reference(object))
	}
	return strings.Join(names, ", ")
}

// playGardener issues a Gardener Certificate: certificate, key and, as the real controller does, the issuing CA as `ca.crt`, in the Secret that it names.
func (r *run) playGardener(ctx context.Context, object *unstructured.Unstructured) error {
	commonName, _, _ := unstructured.NestedString(object.Object, "spec", "commonName")
	name, _, _ := unstructured.NestedString(object.Object, "spec", "secretName")
	namespace, _, _ := unstructured.NestedString(object.Object, "spec", "secretRef", "namespace")
	if reference, found, _ := unstructured.NestedString(object.Object, "spec", "secretRef", "name"); found {
		name = reference
	}
	dnsNames, _, _ := unstructured.NestedStringSlice(object.Object, "spec", "dnsNames")
	if name == "" || r.suite.Gardener == "" {
		return fmt.Errorf("playing Gardener needs a secretName and the suite's gardenerAuthority")
	}
	if namespace == "" {
		namespace = namespaceOf(object)
	}
	hosts := dnsNames
	if commonName != "" {
		hosts = append([]string{commonName}, dnsNames...)
	}
	label := "gardener " + namespace + "/" + name
	if err := r.pki.Add(label, fixture.Certificate{Subject: []string{"CN=" + hosts[0]}, DNS: hosts, Use: "server", IssuedBy: r.suite.Gardener}); err != nil {
		return err
	}
	r.Report.note("Gardener's controller is played: %s becomes Secret/%s/%s", reference(object), namespace, name)
	return r.putSecrets(ctx, []Secret{{Namespace: namespace, Name: name, Type: "kubernetes.io/tls", Data: map[string]string{
		"tls.crt": "certificate/" + label, "tls.key": "key/" + label, "ca.crt": "certificate/" + r.suite.Gardener,
	}}})
}

// awaitCertManager starts cert-manager's real controllers when they are first needed, and waits for the Certificate.
func (r *run) awaitCertManager(ctx context.Context, object *unstructured.Unstructured) error {
	if !r.certManager {
		if err := r.Mesh.Plane.StartCertManager(); err != nil {
			return err
		}
		r.certManager = true
	}
	return control.WaitFor(ctx, 60*time.Second, reference(object)+" to be ready (cert-manager)", func() (bool, error) {
		current, err := r.cluster.find(ctx, reference(object))
		if err != nil {
			return false, err
		}
		conditions, _, _ := unstructured.NestedSlice(current.Object, "status", "conditions")
		for _, condition := range conditions {
			if c, ok := condition.(map[string]any); ok && c["type"] == "Ready" && c["status"] == "True" {
				return true, nil
			}
		}
		return false, nil
	})
}
