// Package oidc is an OpenID Connect issuer: discovery, keys and a token endpoint for the client credentials grant, over HTTPS.
package oidc

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// Issuer signs tokens and serves the keys to verify them.
type Issuer struct {
	URL string

	mu     sync.Mutex
	keys   []jose.JSONWebKey // the last one signs; all are served
	serial int

	client, secret string
	claims         map[string]any
	fetched        int
}

// New makes an issuer with one signing key.
func New(url string) (*Issuer, error) {
	issuer := &Issuer{URL: strings.TrimSuffix(url, "/")}
	return issuer, issuer.Rotate(false)
}

// SetClient registers the one client of the token endpoint, and the claims of its tokens.
func (i *Issuer) SetClient(id, secret string, claims map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.client, i.secret, i.claims = id, secret, claims
}

// Rotate adds a new signing key, and withdraws the old ones unless they are to be kept.
func (i *Issuer) Rotate(keepOld bool) error {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.serial++
	key := jose.JSONWebKey{Key: private, KeyID: fmt.Sprintf("key-%d", i.serial), Algorithm: string(jose.RS256), Use: "sig"}
	if !keepOld {
		i.keys = nil
	}
	i.keys = append(i.keys, key)
	return nil
}

// Fetches counts how often the keys were fetched.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetched
}

// Token describes a token, good unless it says otherwise.
type Token struct {
	Claims  map[string]any `json:"claims,omitempty"` // added to iss, iat and exp; null removes
	Expired bool           `json:"expired,omitempty"`
	Future  bool           `json:"notYetValid,omitempty"`
	Key     string         `json:"key,omitempty"`       // foreign: signed with a key that the issuer does not serve, under a served key's id
	Alg     string         `json:"algorithm,omitempty"` // none: unsigned; HS256: signed with the served public key as if it were a shared secret
	Broken  string         `json:"broken,omitempty"`    // signature: one bit of the signature is wrong; payload: the claims were changed after signing
}

// Sign makes a token.
func (i *Issuer) Sign(t Token) (string, error) {
	now := time.Now()
	claims := map[string]any{"iss": i.URL, "iat": now.Add(-time.Second).Unix(), "exp": now.Add(time.Hour).Unix()}
	if t.Expired { // proxies allow a minute of clock skew
		claims["iat"], claims["exp"] = now.Add(-2*time.Hour).Unix(), now.Add(-time.Hour).Unix()
	}
	if t.Future {
		claims["nbf"] = now.Add(time.Hour).Unix()
	}
	for name, value := range t.Claims {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	i.mu.Lock()
	key := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	signingKey, err := t.signingKey(key)
	if err != nil {
		return "", err
	}
	if t.Alg == "none" {
		return unsigned(claims)
	}
	signer, err := jose.NewSigner(signingKey, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", key.KeyID))
	if err != nil {
		return "", err
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		return "", err
	}
	return t.spoil(text)
}

func (t Token) signingKey(key jose.JSONWebKey) (jose.SigningKey, error) {
	switch {
	case t.Alg == "HS256":
		public, err := json.Marshal(key.Public())
		return jose.SigningKey{Algorithm: jose.HS256, Key: public}, err
	case t.Alg != "" && t.Alg != "none" && t.Alg != "RS256":
		return jose.SigningKey{}, fmt.Errorf("invalid algorithm `%s`: expected RS256, HS256 or none", t.Alg)
	case t.Key == "foreign":
		foreign, err := rsa.GenerateKey(rand.Reader, 2048)
		return jose.SigningKey{Algorithm: jose.RS256, Key: foreign}, err
	case t.Key != "":
		return jose.SigningKey{}, fmt.Errorf("invalid key `%s`: expected foreign or nothing", t.Key)
	}
	return jose.SigningKey{Algorithm: jose.RS256, Key: key.Key.(crypto.Signer)}, nil
}

// PublicKeys are the keys that verify its tokens.
func (i *Issuer) PublicKeys() jose.JSONWebKeySet {
	i.mu.Lock()
	defer i.mu.Unlock()
	set := jose.JSONWebKeySet{}
	for _, key := range i.keys {
		set.Keys = append(set.Keys, key.Public())
	}
	return set
}

// Handler serves discovery, keys and token endpoint.
func (i *Issuer) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{
			"issuer": i.URL, "jwks_uri": i.URL + "/keys", "token_endpoint": i.URL + "/token", "authorization_endpoint": i.URL + "/authorize",
			"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "grant_types_supported": []string{"client_credentials"},
			"id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		})
	})
	keys := func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		i.fetched++
		i.mu.Unlock()
		answer(w, http.StatusOK, i.PublicKeys())
	}
	// Keys are served under the paths that well-known providers use, so that manifests need not be changed for the rig.
	for _, path := range []string{"/keys", "/jwks", "/jwks.json", "/oauth2/certs", "/.well-known/jwks.json", "/oauth2/v1/keys"} {
		mux.HandleFunc("GET "+path, keys)
	}
	mux.HandleFunc("POST /token", i.token)
	return mux
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	i.mu.Lock()
	known, claims := ok && id == i.client && secret == i.secret && i.client != "", i.claims
	i.mu.Unlock()
	switch {
	case !known:
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case r.PostFormValue("grant_type") != "client_credentials":
		answer(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	default:
		text, err := i.Sign(Token{Claims: claims})
		if err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]any{"access_token": text, "token_type": "Bearer", "expires_in": 3600})
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
