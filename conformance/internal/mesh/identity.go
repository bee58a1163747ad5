package mesh

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	security "istio.io/api/security/v1alpha1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// WorkloadCertificate gets a ServiceAccount's mesh certificate from istiod, by the same call as a sidecar's agent.
// With it the raw client is a workload of the mesh that sends what no sidecar would send.
func (m *Mesh) WorkloadCertificate(ctx context.Context, namespace, account string) (*tls.Certificate, error) {
	token, err := m.Plane.Client.CoreV1().ServiceAccounts(namespace).CreateToken(ctx, account,
		&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{Audiences: []string{"istio-ca"}}}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	connection, err := m.dialAuthority(ctx)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "Authorization", "Bearer "+token.Status.Token, "ClusterID", "Kubernetes")
	response, err := security.NewIstioCertificateServiceClient(connection).CreateCertificate(ctx, &security.IstioCertificateRequest{
		Csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request})), ValidityDuration: 3600,
	})
	if err != nil {
		return nil, fmt.Errorf("certificate of %s/%s: %w", namespace, account, err)
	}
	certificate := &tls.Certificate{PrivateKey: key}
	rest := []byte(strings.Join(response.CertChain, "\n"))
	for block, rest := pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
		certificate.Certificate = append(certificate.Certificate, block.Bytes)
	}
	return certificate, nil
}

func (m *Mesh) dialAuthority(ctx context.Context) (*grpc.ClientConn, error) {
	roots, err := m.Plane.Client.CoreV1().ConfigMaps(SystemNamespace).Get(ctx, "istio-ca-root-cert", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(roots.Data["root-cert.pem"])) {
		return nil, fmt.Errorf("the mesh's root certificate cannot be read")
	}
	service, err := m.Plane.Client.CoreV1().Services(SystemNamespace).Get(ctx, "istiod", metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	transport := credentials.NewTLS(&tls.Config{RootCAs: pool, ServerName: "istiod." + SystemNamespace + ".svc"})
	return grpc.NewClient("passthrough:///"+service.Spec.ClusterIP+":15012", grpc.WithTransportCredentials(transport))
}
