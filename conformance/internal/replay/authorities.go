package replay

import (
	"fmt"
	"slices"
	"strings"

	"conformance/internal/fixture"
)

// authorities are the rig's own CAs: the private keys of the real trust anchors are not known. There is one for each issuer's name that a request asks
// for, and for each set of Secrets that accept it, and strangers of the same names.
type authorities struct {
	pki   *fixture.PKI
	names map[string]authority // by key
	order []string
}

type authority struct {
	entity     string
	acceptedBy []string // all if empty
	foreign    bool
}

const (
	serverAuthority = "server-ca"
	defaultIssuer   = "CN=client CA"
)

func newAuthorities(requests []Request) (*authorities, error) {
	pki, err := fixture.New(map[string]fixture.Authority{serverAuthority: {Subject: []string{"CN=Rig server CA"}}}, nil)
	if err != nil {
		return nil, err
	}
	a := &authorities{pki: pki, names: map[string]authority{}}
	if err := a.addAuthority(&Certificate{}); err != nil { // trust anchors are never empty
		return nil, err
	}
	for i := range requests {
		c := requests[i].Certificate
		if c == nil {
			continue
		}
		if err := a.addAuthority(c); err != nil {
			return nil, fmt.Errorf("request `%s`: issuer: %w", requests[i].ID, err)
		}
	}
	return a, nil
}

func (c *Certificate) issuer() string {
	if c.Issuer == "" {
		return defaultIssuer
	}
	return c.Issuer
}

func (c *Certificate) authorityKey() string {
	return fmt.Sprintf("%t %q %q", c.Foreign, c.issuer(), c.AcceptedBy)
}

func (a *authorities) addAuthority(c *Certificate) error {
	key := c.authorityKey()
	if _, known := a.names[key]; known {
		return nil
	}
	name, err := fixture.ParseName(c.issuer())
	if err != nil {
		return err
	}
	entity := fmt.Sprintf("client-ca-%d", len(a.order))
	more, err := fixture.New(map[string]fixture.Authority{entity: {Name: name}}, nil)
	if err != nil {
		return err
	}
	a.pki.Adopt(more)
	a.names[key] = authority{entity: entity, acceptedBy: c.AcceptedBy, foreign: c.Foreign}
	a.order = append(a.order, key)
	return nil
}

// client makes a certificate and returns its name in the PKI.
func (a *authorities) client(id string, c *Certificate) (string, error) {
	subject, err := fixture.ParseName(c.Subject)
	if err != nil {
		return "", err
	}
	entity := "client " + id
	return entity, a.pki.Add(entity, fixture.Certificate{Name: subject, IssuedBy: a.names[c.authorityKey()].entity, DNS: c.DNSNames, URIs: c.URIs})
}

// anchors are the certificates that a Secret `namespace/name` trusts.
func (a *authorities) anchors(secret string) ([]byte, error) {
	var bundle []byte
	for _, key := range a.order {
		one := a.names[key]
		if one.foreign || len(one.acceptedBy) > 0 && !slices.Contains(one.acceptedBy, secret) {
			continue
		}
		content, err := a.pki.CertificatePEM(one.entity)
		if err != nil {
			return nil, err
		}
		bundle = append(bundle, content...)
	}
	return bundle, nil
}

// server makes a server certificate with its key.
func (a *authorities) server(secret string, hosts []string) (certificate, key []byte, err error) {
	entity := "server " + secret
	if _, err := a.pki.CertificatePEM(entity); err != nil {
		common := "rig"
		if len(hosts) > 0 && len(hosts[0]) <= 64 {
			common = strings.ReplaceAll(hosts[0], "+", "")
		}
		if err := a.pki.Add(entity, fixture.Certificate{Subject: []string{"CN=" + common}, IssuedBy: serverAuthority, DNS: hosts, Use: "server"}); err != nil {
			return nil, nil, err
		}
	}
	if certificate, err = a.pki.CertificatePEM(entity); err != nil {
		return nil, nil, err
	}
	key, err = a.pki.KeyPEM(entity)
	return certificate, key, err
}
