package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// user is a client of the API server, known by its certificate.
type user struct{ file, name, group string }

var users = []user{
	{"admin", "rig-admin", "system:masters"},
	{"controllers", "system:kube-controller-manager", ""},
	{"proxy", "system:kube-proxy", ""},
}

const kubeconfigTemplate = `apiVersion: v1
kind: Config
clusters: [{name: rig, cluster: {server: "https://127.0.0.1:6443", certificate-authority: %[1]s/ca.crt}}]
users: [{name: %[2]s, user: {client-certificate: %[1]s/%[2]s.crt, client-key: %[1]s/%[2]s.key}}]
contexts: [{name: rig, context: {cluster: rig, user: %[2]s}}]
current-context: rig
`

// authority signs the cluster's own certificates; it lives as long as writeCredentials.
type authority struct {
	directory   string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

// writeCredentials creates the cluster CA, the API server's certificate, the ServiceAccount key and one kubeconfig per user.
func writeCredentials(directory string, addresses []string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	ca, err := newAuthority(directory)
	if err != nil {
		return err
	}
	var ips []net.IP
	for _, address := range addresses {
		ips = append(ips, net.ParseIP(address))
	}
	server := &x509.Certificate{
		Subject: pkix.Name{CommonName: "kube-apiserver"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, IPAddresses: ips,
		DNSNames: []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"},
	}
	if err := ca.issue("apiserver", server); err != nil {
		return err
	}
	serviceAccountKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := ca.writeKey("sa", serviceAccountKey); err != nil {
		return err
	}
	for _, u := range users {
		subject := pkix.Name{CommonName: u.name}
		if u.group != "" {
			subject.Organization = []string{u.group}
		}
		if err := ca.issue(u.file, &x509.Certificate{Subject: subject, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
			return err
		}
		kubeconfig := fmt.Sprintf(kubeconfigTemplate, directory, u.file)
		if err := os.WriteFile(filepath.Join(directory, u.file+".kubeconfig"), []byte(kubeconfig), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func newAuthority(directory string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rig cluster CA"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	ca := &authority{directory: directory, certificate: certificate, key: key, serial: 1}
	return ca, ca.write("ca.crt", "CERTIFICATE", der, 0o644)
}

func (a *authority) issue(file string, template *x509.Certificate) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	template.NotBefore, template.NotAfter = a.certificate.NotBefore, a.certificate.NotAfter
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	if err := a.write(file+".crt", "CERTIFICATE", der, 0o600); err != nil {
		return err
	}
	return a.writeKey(file, key)
}

func (a *authority) writeKey(file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return a.write(file+".key", "EC PRIVATE KEY", der, 0o600)
}

func (a *authority) write(file, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(filepath.Join(a.directory, file), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
