package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const echoHeader = "x-oracle-echo"

// upstream stands for all applications: it tells in a response header what it got. net/http would refuse or normalise some requests.
type upstream struct {
	port int
}

func startUpstream() (*upstream, error) {
	listener, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		return nil, err
	}
	go serve(listener)
	return &upstream{port: listener.Addr().(*net.TCPAddr).Port}, nil
}

// address is where the application of a pod listens: it tells the pods apart by it. 127.20.x.y becomes 127.120.x.y.
func (u *upstream) address(pod string) string {
	parts := strings.Split(pod, ".")
	second, _ := strconv.Atoi(parts[1])
	return fmt.Sprintf("127.%d.%s.%s", second+100, parts[2], parts[3])
}

func serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go answer(connection)
	}
}

func answer(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
		echo, length, err := readRequest(reader)
		if err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, reader, length); err != nil {
			return
		}
		echo.Workload = connection.LocalAddr().(*net.TCPAddr).IP.String()
		text, _ := json.Marshal(echo)
		if _, err := fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n%s: %s\r\n\r\n", echoHeader, base64.StdEncoding.EncodeToString(text)); err != nil {
			return
		}
	}
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
