package sandbox

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Dial connects from inside the named pod network, or from the node if the name is empty. The address is an IP address and a port.
func Dial(ctx context.Context, network, address string) (connection net.Conn, err error) {
	var dialer net.Dialer
	if network == "" {
		return dialer.DialContext(ctx, "tcp", address)
	}
	err = DoIn(network, func() error {
		connection, err = dialer.DialContext(ctx, "tcp", address)
		return err
	})
	return connection, err
}

// HTTPClient sends requests from inside the named pod network.
func HTTPClient(network string) *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext:       func(ctx context.Context, _, address string) (net.Conn, error) { return Dial(ctx, network, address) },
		},
	}
}
