package suite

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"conformance/internal/fixture"
	"conformance/internal/oidc"
	"conformance/internal/sandbox"
)

// issuerAddress is where all issuers are served; every pod's /etc/hosts leads there.
const issuerAddress = "192.0.2.2"

// Issuers serves the OpenID Connect issuers of all suites. One issuer lives as long as the rig, because istiod remembers its keys.
type Issuers struct {
	authority *fixture.PKI
	byHost    map[string]*oidc.Issuer
}

const issuerAuthority = "issuer-ca"

// NewIssuers makes the authority that istiod has to trust.
func NewIssuers() (*Issuers, error) {
	authority, err := fixture.New(map[string]fixture.Authority{issuerAuthority: {Subject: []string{"CN=Rig issuer CA"}}}, nil)
	if err != nil {
		return nil, err
	}
	return &Issuers{authority: authority, byHost: map[string]*oidc.Issuer{}}, nil
}

// AuthorityPEM is the certificate of the authority.
func (i *Issuers) AuthorityPEM() ([]byte, error) { return i.authority.CertificatePEM(issuerAuthority) }

// Hosts lists the host names that are served.
func (i *Issuers) Hosts() []string {
	var hosts []string
	for host := range i.byHost {
		hosts = append(hosts, host)
	}
	return hosts
}

// Get returns the issuer of a URL, and starts to serve it if it is new.
func (i *Issuers) Get(description *Issuer) (*oidc.Issuer, error) {
	parsed, err := url.Parse(description.URL)
	if err != nil || parsed.Scheme != "https" || parsed.Path != "" || parsed.Port() != "" {
		return nil, fmt.Errorf("invalid issuer `%s`: the rig serves https://<host>", description.URL)
	}
	issuer := i.byHost[parsed.Host]
	if issuer == nil {
		if issuer, err = oidc.New(description.URL); err != nil {
			return nil, err
		}
		i.byHost[parsed.Host] = issuer
		if err := i.serve(parsed.Host, issuer); err != nil {
			return nil, err
		}
	}
	issuer.SetClient(description.ClientID, description.ClientSecret, description.Claims)
	return issuer, nil
}

func (i *Issuers) serve(host string, issuer *oidc.Issuer) error {
	if len(i.byHost) > 1 {
		return fmt.Errorf("issuer `%s`: the rig serves one issuer", issuer.URL)
	}
	if err := i.authority.Add(host, fixture.Certificate{Subject: []string{"CN=" + host}, DNS: []string{host}, Use: "server", IssuedBy: issuerAuthority}); err != nil {
		return err
	}
	certificate, err := i.authority.TLS(host)
	if err != nil {
		return err
	}
	if err := sandbox.AddAddress(issuerAddress); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", issuerAddress+":443")
	if err != nil {
		return err
	}
	go issuer.Serve(listener, *certificate)
	return nil
}

// fetch gets a token from the token endpoint, as the tutorials' clients do.
func (i *Issuers) fetch(description *Issuer) (string, error) {
	pool, err := i.authority.Pool(issuerAuthority)
	if err != nil {
		return "", err
	}
	host := strings.TrimPrefix(description.URL, "https://")
	transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: host}}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {description.ClientID}}
	request, err := http.NewRequest(http.MethodPost, "https://"+issuerAddress+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Host = host
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(description.ClientID, description.ClientSecret)
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		AccessToken string `json:"access_token"`
		Error       string
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", err
	}
	if answer.AccessToken == "" {
		return "", fmt.Errorf("the token endpoint says `%s`", answer.Error)
	}
	return answer.AccessToken, nil
}
