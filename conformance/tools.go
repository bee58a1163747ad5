//go:build tools

// Package tools pins the programs which the rig builds but never imports.
package tools

import (
	_ "github.com/mccutchen/go-httpbin/v2/cmd/go-httpbin"
	_ "istio.io/istio/istioctl/cmd/istioctl"
	_ "istio.io/istio/pilot/cmd/pilot-agent"
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
