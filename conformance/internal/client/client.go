// Package client sends one request exactly as it is written, and says what became of it.
//
// net/http would normalise paths, join headers and hide at which point a connection was refused.
package client

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"conformance/internal/sandbox"
)

// Verdicts besides HTTP status codes.
const (
	Refused     = "refused"     // TLS: an alert or a closed connection before any HTTP response
	Reset       = "reset"       // plaintext: the connection was closed without a response
	Untrusted   = "untrusted"   // TLS: the client does not accept the server's certificate
	Unreachable = "unreachable" // no TCP connection
	TimedOut    = "timeout"
)

// Header is one header line.
type Header struct{ Name, Value string }

// Request is what goes over the wire.
type Request struct {
	Network     string // network namespace of the sending pod, or empty for a client outside
	Address     string // IP address and port
	TLS         bool
	ServerName  string // SNI, or empty for none
	Certificate *tls.Certificate
	Mesh        bool           // speak Istio's mutual TLS
	Trust       *x509.CertPool // CAs that the server certificate is checked against, by ServerName; nil checks nothing
	MinVersion  uint16
	MaxVersion  uint16

	Method  string
	Target  string // as it stands in the request line
	Host    string
	Headers []Header
	Body    string
	Timeout time.Duration
}

// Result is what came back.
type Result struct {
	Verdict string // the status code, or one of the constants above
	Detail  string // of a refusal: the alert or error
	Body    []byte
	Header  http.Header
	Server  *x509.Certificate // the certificate that the server showed
}

// Send sends the request on a connection of its own.
func Send(ctx context.Context, r Request) Result {
	if r.Timeout == 0 {
		r.Timeout = 5 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	connection, err := sandbox.Dial(ctx, r.Network, r.Address)
	if err != nil {
		return Result{Verdict: Unreachable, Detail: err.Error()}
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(r.Timeout))
	var server *x509.Certificate
	if r.TLS {
		secured := tls.Client(connection, r.tlsConfig())
		if err := secured.HandshakeContext(ctx); err != nil {
			return Result{Verdict: failure(err, true), Detail: describe(err), Server: server}
		}
		if chain := secured.ConnectionState().PeerCertificates; len(chain) > 0 {
			server = chain[0]
		}
		connection = secured
	}
	// With TLS 1.3 the server judges the client's certificate after the client has finished its handshake, so the write may
	// fail before the alert has been read: the answer to the read is the more telling one.
	_, writeError := connection.Write(r.bytes())
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: r.Method})
	if err != nil {
		if writeError != nil && errors.Is(err, io.EOF) {
			err = writeError
		}
		return Result{Verdict: failure(err, r.TLS), Detail: describe(err), Server: server}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return Result{Verdict: failure(err, r.TLS), Detail: "in the body: " + describe(err), Server: server}
	}
	return Result{Verdict: fmt.Sprint(response.StatusCode), Body: body, Header: response.Header, Server: server}
}

func (r *Request) tlsConfig() *tls.Config {
	config := &tls.Config{
		ServerName: r.ServerName, InsecureSkipVerify: r.Trust == nil, RootCAs: r.Trust, NextProtos: []string{"http/1.1"},
		MinVersion: r.MinVersion, MaxVersion: r.MaxVersion,
	}
	if r.Mesh {
		config.NextProtos = []string{"istio-http/1.1", "istio", "http/1.1"} // tells a sidecar that this is mesh traffic
	}
	if r.Certificate != nil {
		// Sent even if the server's list of acceptable CAs does not name its issuer, which is what an attacker would do.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return r.Certificate, nil }
	}
	return config
}

func (r *Request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.Target, r.Host)
	for _, h := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	if r.Body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	b.WriteString("Connection: close\r\n\r\n" + r.Body)
	return b.Bytes()
}

func failure(err error, secured bool) string {
	var timeout net.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return Untrusted
	case errors.As(err, &timeout) && timeout.Timeout():
		return TimedOut
	case secured:
		return Refused
	}
	return Reset
}

func describe(err error) string {
	var alert tls.AlertError
	switch {
	case errors.As(err, &alert):
		return "alert " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.Is(err, syscall.EPIPE):
		return "broken pipe"
	}
	return strings.TrimPrefix(err.Error(), "remote error: ")
}

// Echoed reads the header lines that the workload received from an answer of go-httpbin's /headers or /anything, names in lower case.
func (r Result) Echoed() (map[string][]string, error) {
	var echo struct{ Headers map[string][]string }
	if err := json.Unmarshal(r.Body, &echo); err != nil || echo.Headers == nil {
		return nil, fmt.Errorf("the answer is no echo of the request: %.80s", r.Body)
	}
	headers := map[string][]string{}
	for name, values := range echo.Headers {
		headers[strings.ToLower(name)] = values
	}
	return headers, nil
}
