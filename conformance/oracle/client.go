package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

const patience = 8 * time.Second

// send sends one request as it is written and returns what became of it, and the client's own address.
func send(r Request, address string, authority *authority) (result Result, local string) {
	result.ID = r.ID
	if address == "" {
		result.Class, result.Detail = "connection refused", "the Service has no such port"
		return result, ""
	}
	dialer := &net.Dialer{Timeout: patience}
	if r.ClientIP != "" {
		dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(r.ClientIP)}
	}
	connection, err := dialer.Dial("tcp4", address)
	if err != nil {
		result.Class, result.Detail = "connection refused", err.Error()
		if !errors.Is(err, syscall.ECONNREFUSED) {
			result.Class = "error"
		}
		return result, ""
	}
	defer connection.Close()
	local = connection.LocalAddr().String()
	_ = connection.SetDeadline(time.Now().Add(patience))
	if r.TLS || r.Identity != "" {
		config, err := tlsConfig(r, authority)
		if err != nil {
			result.Class, result.Detail = "error", err.Error()
			return result, local
		}
		secured := tls.Client(connection, config)
		if err := secured.Handshake(); err != nil {
			var plain tls.RecordHeaderError
			if r.Identity != "" && errors.As(err, &plain) {
				// The pods take no mutual TLS (PeerAuthentication DISABLE): the sidecar of the caller sends plain text to them.
				r.Identity = ""
				connection.Close()
				return send(r, address, authority)
			}
			result.Class, result.Detail = failure(err)
			return result, local
		}
		connection = secured
	}
	if r.HTTP2 {
		sendHTTP2(r, connection, &result)
		return result, local
	}
	// With TLS 1.3 the server judges the client's certificate after the client has finished the handshake: the alert comes at the first read.
	_, writeError := connection.Write(bytesOf(r))
	response, err := http.ReadResponse(bufio.NewReader(connection), &http.Request{Method: r.Method})
	if err != nil {
		if writeError != nil && errors.Is(err, io.EOF) {
			err = writeError
		}
		result.Class, result.Detail = failure(err)
		return result, local
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
	result.take(response.StatusCode, response.Header.Get("Location"), response.Header.Get(echoHeader), string(body))
	return result, local
}

// take keeps a response: that of a workload tells what it got, any other comes from a proxy.
func (result *Result) take(status int, location, echo, body string) {
	result.Class, result.Status, result.Location = "status", status, location
	if echo == "" {
		result.Detail = body
		return
	}
	decoded, _ := base64.StdEncoding.DecodeString(echo)
	result.Class, result.Upstream = "allowed", &Echo{}
	_ = json.Unmarshal(decoded, result.Upstream)
}

func tlsConfig(r Request, authority *authority) (*tls.Config, error) {
	protocol := "http/1.1"
	if r.HTTP2 {
		protocol = "h2"
	}
	config := &tls.Config{ServerName: r.SNI, InsecureSkipVerify: true, NextProtos: []string{protocol}}
	certificate, key := r.Certificate, r.Key
	if r.Identity != "" {
		var err error
		if certificate, key, err = authority.issue(r.Identity); err != nil {
			return nil, err
		}
		config.NextProtos = []string{"istio-" + protocol, "istio", protocol}
	}
	if certificate != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
		// Sent even if the server's list of acceptable CAs does not name its issuer, which is what an attacker would do.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	return config, nil
}

func bytesOf(r Request) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, latin(r.Target), latin(r.Host))
	for _, header := range r.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", latin(header[0]), latin(header[1]))
	}
	b.WriteString("Connection: close\r\n\r\n")
	return b.Bytes()
}

// latin writes one byte for each character.
func latin(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
	}
	return b.String()
}

func failure(err error) (class, detail string) {
	var alert tls.AlertError
	var timeout net.Error
	text := err.Error()
	switch {
	case errors.As(err, &alert), strings.Contains(text, "remote error: tls:"):
		return "handshake rejected", text
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout", text
	}
	return "connection closed", text
}
