//go:build tools

// Package tools pins the newer Istio of the second column; its Kubernetes libraries are newer than those of the default column, hence a module of its own.
package tools

import (
	_ "istio.io/istio/istioctl/cmd/istioctl"
	_ "istio.io/istio/pilot/cmd/pilot-agent"
	_ "istio.io/istio/pilot/cmd/pilot-discovery"
)
