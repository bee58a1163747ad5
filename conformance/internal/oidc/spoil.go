package oidc

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

func unsigned(claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + encode(payload) + ".", nil
}

// spoil damages a signed token as described.
func (t Token) spoil(text string) (string, error) {
	parts := strings.Split(text, ".")
	switch t.Broken {
	case "":
		return text, nil
	case "signature":
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil {
			return "", err
		}
		signature[0] ^= 1
		parts[2] = base64.RawURLEncoding.EncodeToString(signature)
	case "payload":
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil {
			return "", err
		}
		claims := map[string]any{}
		if err := json.Unmarshal(payload, &claims); err != nil {
			return "", err
		}
		claims["sub"] = "somebody else"
		if payload, err = json.Marshal(claims); err != nil {
			return "", err
		}
		parts[1] = base64.RawURLEncoding.EncodeToString(payload)
	default:
		return "", fmt.Errorf("invalid way to break a token `%s`: expected signature or payload", t.Broken)
	}
	return strings.Join(parts, "."), nil
}
