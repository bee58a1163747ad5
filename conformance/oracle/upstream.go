package main

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

const echoHeader = "x-oracle-echo"

// deniedPrefix is where the upstream plays an external authorizer that refuses everybody.
const deniedPrefix = "/oracle-denies"

// upstream stands for all applications: it tells in a response header what it got, also over TLS that no proxy has opened. net/http would refuse or
// normalise some requests.
type upstream struct {
	port   int
	secure *tls.Config
}

func startUpstream(authority *authority) (*upstream, error) {
	certificate, key, err := authority.issue("https://application.test")
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{port: listener.Addr().(*net.TCPAddr).Port, secure: &tls.Config{Certificates: []tls.Certificate{pair}}}
	go u.serve(listener)
	return u, nil
}

// address is where the application of a pod listens: it tells the pods apart by it. 127.20.x.y becomes 127.120.x.y.
func (u *upstream) address(pod string) string {
	parts := strings.Split(pod, ".")
	second, _ := strconv.Atoi(parts[1])
	return fmt.Sprintf("127.%d.%s.%s", second+100, parts[2], parts[3])
}

func (u *upstream) serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go u.answer(connection)
	}
}

// peeked is a connection of which the first bytes were looked at.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p peeked) Read(into []byte) (int, error) { return p.reader.Read(into) }

func (u *upstream) answer(connection net.Conn) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	reader := bufio.NewReader(connection)
	const handshake = 0x16
	if first, err := reader.Peek(1); err == nil && first[0] == handshake {
		connection = tls.Server(peeked{connection, reader}, u.secure)
		reader = bufio.NewReader(connection)
	}
	const preface = "PRI"
	if start, err := reader.Peek(len(preface)); err == nil && string(start) == preface {
		new(http2.Server).ServeConn(peeked{connection, reader}, &http2.ServeConnOpts{Handler: http.HandlerFunc(answerHTTP2)})
		return
	}
	for {
		_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
		echo, length, err := readRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, reader, length); err != nil {
			return
		}
		if strings.HasPrefix(echo.Target, deniedPrefix) {
			if _, err := fmt.Fprint(connection, "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"); err != nil {
				return
			}
			continue
		}
		if _, err := fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n%s: %s\r\n\r\n", echoHeader, echo.encode(connection.LocalAddr())); err != nil {
			return
		}
	}
}

func (echo *Echo) encode(local net.Addr) string {
	echo.Workload = local.(*net.TCPAddr).IP.String()
	text, _ := json.Marshal(echo)
	return base64.StdEncoding.EncodeToString(text)
}

// answerHTTP2 serves clients whose bytes come through unread.
func answerHTTP2(response http.ResponseWriter, request *http.Request) {
	echo := &Echo{Method: request.Method, Target: request.RequestURI, Headers: [][2]string{{"host", request.Host}}}
	for name, values := range request.Header {
		for _, value := range values {
			echo.Headers = append(echo.Headers, [2]string{strings.ToLower(name), value})
		}
	}
	local, _ := request.Context().Value(http.LocalAddrContextKey).(net.Addr)
	response.Header().Set(echoHeader, echo.encode(local))
}

func readRequest(reader *bufio.Reader) (*Echo, int64, error) {
	line, err := reader.ReadString('\n')
	if err != nil {
		return nil, 0, err
	}
	first, last := strings.Index(line, " "), strings.LastIndex(line, " ")
	if first < 0 || first == last {
		return nil, 0, fmt.Errorf("no request line: %q", line)
	}
	echo := &Echo{Method: line[:first], Target: line[first+1 : last]}
	var length int64
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return nil, 0, err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return echo, length, nil
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if strings.EqualFold(name, "content-length") {
			length, _ = strconv.ParseInt(value, 10, 64)
		}
		echo.Headers = append(echo.Headers, [2]string{strings.ToLower(name), value})
	}
}
