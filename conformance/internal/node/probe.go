package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

var prober = &http.Client{
	Timeout: 2 * time.Second,
	Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // as kubelet does
	},
}

// probe keeps a container's readiness up to date: by its readiness or startup probe, else it is ready as soon as it runs.
func (p *pod) probe(ctx context.Context, c corev1.Container) {
	probe := c.ReadinessProbe
	if probe == nil {
		probe = c.StartupProbe
	}
	for ctx.Err() == nil {
		ready := probe == nil || p.passes(probe, c)
		if ctx.Err() != nil {
			return
		}
		if p.isReady(c.Name) != ready {
			p.update(func() { p.containers[c.Name].ready = ready })
		}
		pause := 50 * time.Millisecond
		if ready {
			pause = time.Second
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (p *pod) passes(probe *corev1.Probe, c corev1.Container) bool {
	switch {
	case probe.HTTPGet != nil:
		scheme, host := strings.ToLower(string(probe.HTTPGet.Scheme)), probe.HTTPGet.Host
		if scheme == "" {
			scheme = "http"
		}
		if host == "" {
			host = p.address
		}
		response, err := prober.Get(fmt.Sprintf("%s://%s:%d%s", scheme, host, portOf(probe.HTTPGet.Port, c), probe.HTTPGet.Path))
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode < 400
	case probe.TCPSocket != nil:
		connection, err := net.DialTimeout("tcp", fmt.Sprintf("%s:%d", p.address, portOf(probe.TCPSocket.Port, c)), time.Second)
		if err != nil {
			return false
		}
		connection.Close()
		return true
	}
	return true // exec and gRPC probes are not played
}

func portOf(port intstr.IntOrString, c corev1.Container) int {
	if port.Type == intstr.Int {
		return port.IntValue()
	}
	for _, candidate := range c.Ports {
		if candidate.Name == port.StrVal {
			return int(candidate.ContainerPort)
		}
	}
	return 0
}
