package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func server(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			answer(connection)
			connection.Close()
		}
	}()
	return listener.Addr().String()
}

func TestRequestLineAndRepeatedHeadersArriveAsWritten(t *testing.T) {
	received := make(chan []string, 1)
	address := server(t, func(c net.Conn) {
		var lines []string
		for scanner := bufio.NewScanner(c); scanner.Scan() && scanner.Text() != ""; {
			lines = append(lines, scanner.Text())
		}
		received <- lines
		_, _ = c.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n"))
	})
	result := Send(context.Background(), Request{
		Address: address, Method: "GET", Target: "//a/../%2e;x", Host: "h:443", Headers: []Header{{"X-A", "1"}, {"x-a", "2"}},
	})
	if result.Verdict != "204" {
		t.Fatalf("verdict %s %s", result.Verdict, result.Detail)
	}
	want := "GET //a/../%2e;x HTTP/1.1|Host: h:443|X-A: 1|x-a: 2|Connection: close"
	if got := strings.Join(<-received, "|"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPlaintextConnectionClosedWithoutAnswerIsAReset(t *testing.T) {
	address := server(t, func(c net.Conn) {})
	if result := Send(context.Background(), Request{Address: address, Method: "GET", Target: "/", Host: "h"}); result.Verdict != Reset {
		t.Errorf("verdict %s", result.Verdict)
	}
}

func TestConnectionClosedInTheHandshakeIsARefusal(t *testing.T) {
	address := server(t, func(c net.Conn) {})
	if result := Send(context.Background(), Request{Address: address, TLS: true, Method: "GET", Target: "/", Host: "h"}); result.Verdict != Refused {
		t.Errorf("verdict %s", result.Verdict)
	}
}

func TestNoListenerIsUnreachable(t *testing.T) {
	if result := Send(context.Background(), Request{Address: "127.0.0.1:1", Method: "GET", Target: "/", Host: "h"}); result.Verdict != Unreachable {
		t.Errorf("verdict %s", result.Verdict)
	}
}

func TestSilenceIsATimeoutNotARefusal(t *testing.T) {
	address := server(t, func(c net.Conn) { time.Sleep(time.Second) })
	result := Send(context.Background(), Request{Address: address, Method: "GET", Target: "/", Host: "h", Timeout: 50 * time.Millisecond})
	if result.Verdict != TimedOut {
		t.Errorf("verdict %s", result.Verdict)
	}
}

func TestMissingClientCertificateIsARefusalAlsoWithTLS13(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	defer s.Close()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		result := Send(context.Background(), Request{
			Address: s.Listener.Addr().String(), TLS: true, Method: "GET", Target: "/", Host: "h", MinVersion: version, MaxVersion: version,
		})
		if result.Verdict != Refused {
			t.Errorf("TLS %x: verdict %s %s", version, result.Verdict, result.Detail)
		}
	}
}
