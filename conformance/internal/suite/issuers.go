package suite

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"conformance/internal/fixture"
	"conformance/internal/oidc"
	"conformance/internal/sandbox"
)

// issuerAddress is where all issuers are served; every pod's /etc/hosts leads there.
const issuerAddress = "192.0.2.2"

// Issuers serves the OpenID Connect issuers of all suites. One issuer lives as long as the rig, because istiod remembers its keys.
type Issuers struct {
	authority *fixture.PKI

	mu       sync.Mutex
	byHost   map[string]*oidc.Issuer
	listener net.Listener
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

// IssuerHosts lists the host names of the suites' issuers, and the address at which all of them will be served.
func IssuerHosts(suites []*Suite) (address string, hosts []string) {
	for _, s := range suites {
		if s.Issuer == nil {
			continue
		}
		if host := strings.TrimPrefix(s.Issuer.URL, "https://"); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return issuerAddress, hosts
}

// Get returns the issuer of a URL, and starts to serve it if it is new.
func (i *Issuers) Get(description *Issuer) (*oidc.Issuer, error) {
	parsed, err := url.Parse(description.URL)
	if err != nil || parsed.Scheme != "https" || parsed.Path != "" || parsed.Port() != "" {
		return nil, fmt.Errorf("invalid issuer `%s`: the rig serves https://<host>", description.URL)
	}
	issuer := i.find(parsed.Host)
	if issuer == nil {
		if issuer, err = oidc.New(description.URL); err != nil {
			return nil, err
		}
		if err := i.authority.Add(parsed.Host, fixture.Certificate{Subject: []string{"CN=" + parsed.Host}, DNS: []string{parsed.Host}, Use: "server", IssuedBy: issuerAuthority}); err != nil {
			return nil, err
		}
		if err := i.serve(); err != nil {
			return nil, err
		}
		i.mu.Lock()
		i.byHost[parsed.Host] = issuer
		i.mu.Unlock()
	}
	issuer.SetClient(description.ClientID, description.ClientSecret, description.Claims)
	return issuer, nil
}

func (i *Issuers) find(host string) *oidc.Issuer {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.byHost[host]
}

// serve listens once for all issuers, which are told apart by their host.
func (i *Issuers) serve() error {
	if i.listener != nil {
		return nil
	}
	if err := sandbox.AddAddress(issuerAddress); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", issuerAddress+":443")
	if err != nil {
		return err
	}
	i.listener = listener
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if issuer := i.find(r.Host); issuer != nil {
			issuer.Handler().ServeHTTP(w, r)
			return
		}
		http.Error(w, "no issuer of this name", http.StatusMisdirectedRequest)
	})
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	config := &tls.Config{NextProtos: []string{"http/1.1"}, GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if i.find(hello.ServerName) == nil {
			return nil, fmt.Errorf("no issuer is called `%s`", hello.ServerName)
		}
		return i.authority.TLS(hello.ServerName)
	}}
	go func() { _ = server.Serve(tls.NewListener(listener, config)) }()
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
