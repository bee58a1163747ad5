package replay

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// replaceCertificates puts the rig's own certificates in the place of others. What Envoy could not read either stays as it is.
func (a *adapter) replaceCertificates(o *unstructured.Unstructured) (known bool, err error) {
	if o.GetKind() == "ConfigMap" && namespaceOf(o) == "istio-system" && o.GetName() == "istio" {
		a.tell("%s is left out: the rig has its own mesh-wide settings", reference(o))
		return false, nil
	}
	data := contents(o)
	hosts := a.hosts[key(o)]
	for _, content := range data {
		hosts = append(hosts, serverNames(content)...)
	}
	for name, content := range data {
		switch {
		case strings.Contains(string(content), "PRIVATE KEY"), serverKeys[name] && parse(content) != nil:
			certificate, private, err := a.authorities.server(key(o), hosts)
			if err != nil {
				return false, err
			}
			if data[name] = certificate; strings.Contains(string(content), "PRIVATE KEY") {
				data[name] = private
			}
			a.tell("%s: its server certificate is one of the rig", reference(o))
		case strings.Contains(string(content), "X509 CRL"):
			delete(data, name)
			a.tell("%s: its revocation list is left out", reference(o))
		case parse(content) != nil:
			if data[name], err = a.authorities.anchors(key(o)); err != nil {
				return false, err
			}
			a.tell("%s: its trust anchors are CAs of the rig, because the keys of the real ones are not known", reference(o))
		}
	}
	setContents(o, data)
	return true, nil
}

var serverKeys = map[string]bool{"tls.crt": true, "cert": true, "tls.key": true, "key": true}

func contents(o *unstructured.Unstructured) map[string][]byte {
	data := map[string][]byte{}
	plain, _, _ := unstructured.NestedStringMap(o.Object, "stringData")
	encoded, _, _ := unstructured.NestedStringMap(o.Object, "data")
	for name, text := range encoded {
		content := []byte(text)
		if o.GetKind() == "Secret" {
			var err error
			if content, err = base64.StdEncoding.DecodeString(text); err != nil {
				continue
			}
		}
		data[name] = content
	}
	for name, text := range plain {
		data[name] = []byte(text)
	}
	return data
}

func setContents(o *unstructured.Unstructured, data map[string][]byte) {
	values := map[string]any{}
	for name, content := range data {
		if values[name] = string(content); o.GetKind() == "Secret" {
			values[name] = base64.StdEncoding.EncodeToString(content)
		}
	}
	unstructured.RemoveNestedField(o.Object, "stringData")
	o.Object["data"] = values
}

func parse(content []byte) *x509.Certificate {
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return certificate
}

func serverNames(content []byte) []string {
	if certificate := parse(content); certificate != nil && !certificate.IsCA {
		return certificate.DNSNames
	}
	return nil
}

// issue plays the controllers of Gardener and cert-manager: the Secret that a Certificate asks for, with the anchors as `ca.crt`, where they put the issuing CA.
func (a *adapter) issue(o *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	namespace, name := namespaceOf(o), ""
	for _, path := range [][]string{{"spec", "secretName"}, {"spec", "secretRef", "name"}} {
		if value, _, _ := unstructured.NestedString(o.Object, path...); value != "" {
			name = value
		}
	}
	if value, _, _ := unstructured.NestedString(o.Object, "spec", "secretRef", "namespace"); value != "" {
		namespace = value
	}
	hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "dnsNames")
	if common, _, _ := unstructured.NestedString(o.Object, "spec", "commonName"); common != "" && !slices.Contains(hosts, common) {
		hosts = append([]string{common}, hosts...)
	}
	a.tell("%s: its controller is played, Secret %s/%s holds certificates of the rig, and the trust anchors as `ca.crt`", reference(o), namespace, name)
	return a.secret(namespace, name, hosts, true, true)
}

// secret makes a Secret for a Gateway.
func (a *adapter) secret(namespace, name string, hosts []string, server, trust bool) (*unstructured.Unstructured, error) {
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret", "type": "Opaque"}}
	o.SetNamespace(namespace)
	o.SetName(name)
	data := map[string][]byte{}
	var err error
	if server {
		if data["tls.crt"], data["tls.key"], err = a.authorities.server(namespace+"/"+name, hosts); err != nil {
			return nil, err
		}
	}
	if trust {
		if data["ca.crt"], err = a.authorities.anchors(namespace + "/" + name); err != nil {
			return nil, err
		}
	}
	setContents(o, data)
	return o, nil
}
