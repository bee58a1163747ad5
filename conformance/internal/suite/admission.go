package suite

import (
	"context"
	"net"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/fixture"
	"conformance/internal/kyma"
)

// playAdmission registers the webhook of Kyma's operator, where APIRules are defined at all.
func (r *Runner) playAdmission(ctx context.Context) error {
	rule := &unstructured.Unstructured{}
	rule.SetAPIVersion("gateway.kyma-project.io/v1beta1")
	rule.SetKind("APIRule")
	if !r.cluster.known(rule) {
		return nil
	}
	pki, err := fixture.New(map[string]fixture.Authority{"ca": {Subject: []string{"CN=Rig admission CA"}}},
		map[string]fixture.Certificate{"webhook": {IssuedBy: "ca", Subject: []string{"CN=" + kyma.AdmissionHost}, DNS: []string{kyma.AdmissionHost}, Use: "server"}})
	if err != nil {
		return err
	}
	certificate, err := pki.TLS("webhook")
	if err != nil {
		return err
	}
	authority, err := pki.CertificatePEM("ca")
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go kyma.ServeAdmission(listener, *certificate)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	_, err = r.Mesh.Plane.Client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Create(ctx, kyma.Admission(net.JoinHostPort(kyma.AdmissionHost, port), authority), metav1.CreateOptions{})
	return err
}
