package oidc

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// verify does what a relying party does: fetch the keys, find the one that is named, check the signature.
func verify(t *testing.T, i *Issuer, token string) (map[string]any, error) {
	t.Helper()
	recorder := httptest.NewRecorder()
	i.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/keys", nil))
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(recorder.Body.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range keys.Keys {
		if !key.IsPublic() {
			t.Fatal("a private key is served")
		}
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return nil, err
	}
	claims := map[string]any{}
	return claims, parsed.Claims(keys, &claims)
}

func TestGoodTokenVerifiesAndEverySpoiledOneFails(t *testing.T) {
	issuer, err := New("https://idp.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		token Token
		good  bool
	}{
		"plain": {Token{Claims: map[string]any{"sub": "u"}}, true}, "foreign key": {Token{Key: "foreign"}, false}, "none": {Token{Alg: "none"}, false},
		"HS256": {Token{Alg: "HS256"}, false}, "signature": {Token{Broken: "signature"}, false}, "payload": {Token{Broken: "payload"}, false},
	} {
		text, err := issuer.Sign(test.token)
		if err != nil {
			t.Fatal(name, err)
		}
		if _, err := verify(t, issuer, text); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNullRemovesAClaim(t *testing.T) {
	issuer, _ := New("https://idp.example.com")
	text, err := issuer.Sign(Token{Claims: map[string]any{"exp": nil, "aud": []string{"a"}}})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := verify(t, issuer, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, present := claims["exp"]; present || claims["aud"] == nil {
		t.Errorf("claims %v", claims)
	}
}

func TestRotationWithdrawsTheOldKeyUnlessKept(t *testing.T) {
	issuer, _ := New("https://idp.example.com")
	old, _ := issuer.Sign(Token{})
	if err := issuer.Rotate(true); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, issuer, old); err != nil {
		t.Errorf("kept key: %v", err)
	}
	if err := issuer.Rotate(false); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, issuer, old); err == nil {
		t.Error("a token of the withdrawn key verifies")
	}
}

func TestTokenEndpointKnowsItsClientOnly(t *testing.T) {
	issuer, _ := New("https://idp.example.com")
	issuer.SetClient("id", "secret", map[string]any{"sub": "u"})
	for _, test := range []struct {
		id, secret, grant string
		status            int
	}{{"id", "secret", "client_credentials", 200}, {"id", "wrong", "client_credentials", 401}, {"", "", "client_credentials", 401}, {"id", "secret", "password", 400}} {
		request := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(url.Values{"grant_type": {test.grant}}.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(test.id, test.secret)
		recorder := httptest.NewRecorder()
		issuer.Handler().ServeHTTP(recorder, request)
		if recorder.Code != test.status {
			t.Errorf("%v: status %d", test, recorder.Code)
		}
	}
}
