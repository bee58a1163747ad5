package suite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/control"
	"conformance/internal/fixture"
	"conformance/internal/kyma"
)

// play does the work of a controller for one object.
func (r *run) play(ctx context.Context, object *unstructured.Unstructured) error {
	group, _, _ := strings.Cut(object.GetAPIVersion(), "/")
	switch group + "/" + object.GetKind() {
	case "gateway.kyma-project.io/APIRule", "gateway.kyma-project.io/ExternalGateway":
		return r.playKyma(ctx, object)
	case "cert.gardener.cloud/Certificate":
		return r.playGardener(ctx, object)
	case "cert-manager.io/Certificate":
		return r.awaitCertManager(ctx, object)
	}
	return nil
}

// playKyma makes what the operator makes of an object, as far as it processes it, and hands on what other controllers are to make of that.
func (r *run) playKyma(ctx context.Context, object *unstructured.Unstructured) error {
	reconcile := kyma.Reconcile
	if object.GetKind() == "ExternalGateway" {
		reconcile = kyma.ReconcileExternal
	}
	made, err := reconcile(object, &operatorView{ctx, r})
	if err != nil && !kyma.IsRefusal(err) {
		return err
	}
	if err != nil {
		r.refusals = append(r.refusals, err.Error())
		r.Report.note("Kyma's controller is played: %s is not processed: %v", reference(object), err)
	}
	if len(made) == 0 {
		return nil
	}
	r.Report.note("Kyma's controller is played: %s becomes %s", reference(object), references(made))
	for _, one := range made {
		if r.adapt != nil {
			r.adapt(one)
		}
	}
	known := slices.DeleteFunc(slices.Clone(made), func(o *unstructured.Unstructured) bool { return !r.cluster.known(o) })
	r.applied = append(r.applied, known...)
	if _, err := r.cluster.apply(ctx, known); err != nil {
		if object.GetKind() == "APIRule" {
			r.refusals = append(r.refusals, err.Error()) // the API server's words become the APIRule's status
			r.Report.note("Kyma's controller is played, and the API server refuses what it makes: %v", err)
			return nil
		}
		return err
	}
	for _, one := range made {
		if one.GetKind() == "Certificate" {
			return r.play(ctx, one)
		}
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
	label := "gardener " + namespace + "/" + name + " " + strings.Join(hosts, " ")
	if _, err := r.pki.CertificatePEM(label); err == nil { // issued before
	} else if err := r.pki.Add(label, fixture.Certificate{Subject: []string{"CN=" + hosts[0]}, DNS: hosts, Use: "server", IssuedBy: r.suite.Gardener}); err != nil {
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
