package mesh

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const secretScheme = "kubernetes://"

type secretsDump struct {
	Configs []struct {
		Name   string
		Secret struct {
			TLSCertificate *struct {
				CertificateChain inlineData `json:"certificate_chain"`
			} `json:"tls_certificate"`
			ValidationContext *struct {
				TrustedCA inlineData `json:"trusted_ca"`
			} `json:"validation_context"`
		}
	}
}

type inlineData struct {
	InlineBytes []byte `json:"inline_bytes"`
}

// secretLag compares the certificates that an Envoy holds with the Secrets that they come from.
// A Secret that does not exist, or lacks the keys, is no lag: then Envoy rightly holds nothing, or what it held before.
func (m *Mesh) secretLag(ctx context.Context, proxy *corev1.Pod) (string, error) {
	for _, resource := range []string{"dynamic_active_secrets", "dynamic_warming_secrets"} {
		body, err := get(ctx, proxy, http.MethodGet, 15000, "/config_dump?resource="+resource)
		if err != nil {
			if strings.Contains(err.Error(), "404") { // Envoy's way to say that it has none
				continue
			}
			return "", err
		}
		var dump secretsDump
		if err := json.Unmarshal(body, &dump); err != nil {
			return "", err
		}
		for _, held := range dump.Configs {
			wanted, err := m.wanted(ctx, proxy, held.Name)
			if err != nil {
				return "", err
			}
			if wanted == nil {
				continue
			}
			var actual []byte
			if held.Secret.TLSCertificate != nil {
				actual = held.Secret.TLSCertificate.CertificateChain.InlineBytes
			} else if held.Secret.ValidationContext != nil {
				actual = held.Secret.ValidationContext.TrustedCA.InlineBytes
				if len(actual) == 0 && !strings.HasSuffix(held.Name, "-cacert") {
					continue // istiod has sent a server certificate under this name; as trust anchors, Envoy makes nothing of it
				}
			}
			if !bytes.Equal(actual, wanted) {
				return "does not hold the present content of " + held.Name, nil
			}
		}
	}
	return "", nil
}

// wanted is the content that a proxy should hold under the name of a secret; nil if that cannot be said.
func (m *Mesh) wanted(ctx context.Context, proxy *corev1.Pod, name string) ([]byte, error) {
	if credential, ok := strings.CutPrefix(name, secretScheme); ok && !strings.Contains(credential, "/") {
		return m.credential(ctx, proxy.Namespace, credential)
	}
	file, certificate := strings.CutPrefix(name, "file-cert:")
	file, _, _ = strings.Cut(file, "~")
	file, authority := strings.CutPrefix(file, "file-root:")
	if !certificate && !authority {
		return nil, nil
	}
	pid, err := os.ReadFile(filepath.Join(PodDirectory(proxy.Namespace, proxy.Name), "istio-proxy.pid"))
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join("/proc", string(pid), "root", file))
	if os.IsNotExist(err) {
		return nil, nil
	}
	return content, err
}

// credential is what istiod sends for a credential name: the server certificate, or the client CA for names that end in `-cacert`.
func (m *Mesh) credential(ctx context.Context, namespace, name string) ([]byte, error) {
	base, authority := strings.CutSuffix(name, "-cacert")
	for _, candidate := range []string{name, base} {
		secret, err := m.Plane.Client.CoreV1().Secrets(namespace).Get(ctx, candidate, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		keys := [][2]string{{"cert", "key"}, {"tls.crt", "tls.key"}}
		if authority {
			keys = [][2]string{{"cacert", "cacert"}, {"ca.crt", "ca.crt"}}
		}
		for _, pair := range keys {
			if len(secret.Data[pair[0]]) > 0 && len(secret.Data[pair[1]]) > 0 {
				return usable(secret.Data[pair[0]], secret.Data[pair[1]], authority), nil
			}
		}
		return nil, nil
	}
	return nil, nil
}

// usable drops what istiod or Envoy would refuse, so that Envoy keeps what it had.
func usable(certificate, key []byte, authority bool) []byte {
	if authority {
		if !x509.NewCertPool().AppendCertsFromPEM(certificate) {
			return nil
		}
	} else if _, err := tls.X509KeyPair(certificate, key); err != nil {
		return nil
	}
	return certificate
}
