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
			result.Class, result.Detail = failure(err)
			return result, local
		}
		connection = secured
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
	result.Class, result.Status, result.Location = "status", response.StatusCode, response.Header.Get("Location")
	if echo := response.Header.Get(echoHeader); echo != "" {
		decoded, _ := base64.StdEncoding.DecodeString(echo)
		result.Class, result.Upstream = "allowed", &Echo{}
		_ = json.Unmarshal(decoded, result.Upstream)
	} else {
		result.Detail = string(body)
	}
	return result, local
}

func tlsConfig(r Request, authority *authority) (*tls.Config, error) {
	config := &tls.Config{ServerName: r.SNI, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}
	certificate, key := r.Certificate, r.Key
	if r.Identity != "" {
		var err error
		if certificate, key, err = authority.issue(r.Identity); err != nil {
			return nil, err
		}
		config.NextProtos = []string{"istio-http/1.1", "istio", "http/1.1"}
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
