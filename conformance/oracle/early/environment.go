// Package early sets Istio's feature flags before Istio's packages read them in their initialisers: Go initialises ready packages in the order
// of their import paths, and this one depends on nothing of Istio.
package early

import "os"

func init() {
	for name, value := range map[string]string{
		// These two filters exist only in Istio's own build of Envoy.
		"PILOT_ENABLE_ALPN_FILTER":       "false",
		"PILOT_ENABLE_METADATA_EXCHANGE": "false",
		"TARGET_OUT":                     os.TempDir(),
		"LOCAL_OUT":                      os.TempDir(),
	} {
		_ = os.Setenv(name, value)
	}
}
