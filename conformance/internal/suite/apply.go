package suite

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/control"
	"conformance/internal/fixture"
	"conformance/internal/kyma"
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
	r.applied = append(r.applied, accepted...)
	warnings, err := r.cluster.apply(ctx, accepted)
	if err != nil {
		return err
	}
	if warnings != "" {
		r.Report.note("%s", warnings)
	}
	for _, object := range objects {
		if err := r.play(ctx, object); err != nil {
			return fmt.Errorf("%s: %w", reference(object), err)
		}
	}
	for _, object := range accepted {
		if object.GetKind() == "Deployment" {
			if err := r.Mesh.WaitForDeployment(ctx, namespaceOf(object), object.GetName()); err != nil {
				return err
			}
		}
	}
	return nil
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

func (r *run) rotateKeys(ctx context.Context, keepOld bool) error {
	if r.issuer == nil {
		return fmt.Errorf("the suite has no issuer")
	}
	if err := r.issuer.Rotate(keepOld); err != nil {
		return err
	}
	if err := r.signTokens(); err != nil {
		return err
	}
	// istiod fetches the keys on a timer of its own; the second fetch from now on has certainly begun after the rotation.
	before := r.issuer.Fetches()
	return control.WaitFor(ctx, 60*time.Second, "istiod to fetch the keys", func() (bool, error) { return r.issuer.Fetches() >= before+2, nil })
}

func (r *run) prepareTokens() (err error) {
	if r.suite.Issuer == nil {
		return nil
	}
	if r.issuer, err = r.Issuers.Get(r.suite.Issuer); err != nil {
		return err
	}
	r.Mesh.Agent.SetHostNames(issuerAddress, r.Issuers.Hosts())
	return r.signTokens()
}

func (r *run) signTokens() (err error) {
	for name, token := range r.suite.Tokens {
		if token.Endpoint {
			r.tokens[name], err = r.Issuers.fetch(r.suite.Issuer)
		} else {
			r.tokens[name], err = r.issuer.Sign(token.Token)
		}
		if err != nil {
			return fmt.Errorf("token `%s`: %w", name, err)
		}
	}
	return nil
}
