package replay

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/oidc"
)

// signer makes tokens of any issuer with one key of the rig.
type signer struct{ issuer *oidc.Issuer }

func newSigner() (*signer, error) {
	issuer, err := oidc.New("https://rig.invalid")
	return &signer{issuer}, err
}

func (s *signer) text(t *Token) (string, error) {
	if t == nil || t.Compact != "" || len(t.Claims) == 0 {
		if t == nil {
			return "", nil
		}
		return t.Compact, nil
	}
	claims := map[string]any{"iss": nil}
	for name, value := range t.Claims {
		claims[name] = value
	}
	return s.issuer.Sign(oidc.Token{Claims: claims})
}

// replaceKeys makes every rule of a RequestAuthentication accept the rig's key; keys in place stay beside it.
func (a *adapter) replaceKeys(o *unstructured.Unstructured) {
	rules, _, _ := unstructured.NestedSlice(o.Object, "spec", "jwtRules")
	for _, rule := range rules {
		r, ok := rule.(map[string]any)
		if !ok {
			continue
		}
		set := a.keys.issuer.PublicKeys()
		content, err := json.Marshal(set)
		if err != nil {
			continue
		}
		r["jwks"] = merged(r["jwks"], content)
		delete(r, "jwksUri")
		delete(r, "jwks_uri")
		a.tell("%s: keys of issuer %v are those of the rig", reference(o), r["issuer"])
	}
	if len(rules) > 0 {
		_ = unstructured.SetNestedSlice(o.Object, rules, "spec", "jwtRules")
	}
}

func merged(present any, added []byte) string {
	var ours, theirs struct {
		Keys []json.RawMessage `json:"keys"`
	}
	text, _ := present.(string)
	if json.Unmarshal(added, &ours) != nil || json.Unmarshal([]byte(text), &theirs) != nil {
		return string(added)
	}
	ours.Keys = append(ours.Keys, theirs.Keys...)
	content, err := json.Marshal(ours)
	if err != nil {
		return string(added)
	}
	return string(content)
}

// replaceKeysOfRule adapts what the played operator of Kyma makes of an APIRule.
func (a *adapter) replaceKeysOfRule(o *unstructured.Unstructured) {
	if o.GetKind() == "RequestAuthentication" {
		a.replaceKeys(o)
	}
}
