package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// sendHTTP2 sends one request on the first stream of a connection, its pseudo-headers exactly as given, and keeps what comes back.
func sendHTTP2(r Request, connection net.Conn, result *Result) {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	write := func(name, value string) {
		_ = encoder.WriteField(hpack.HeaderField{Name: name, Value: latin(value)})
	}
	scheme := "http"
	if r.TLS {
		scheme = "https"
	}
	write(":method", r.Method)
	write(":scheme", scheme)
	write(":authority", r.Host)
	write(":path", r.Target)
	for _, header := range r.Headers {
		write(strings.ToLower(header[0]), header[1])
	}
	var out bytes.Buffer
	out.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(&out, connection)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	_ = framer.WriteSettings()
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true})
	_, writeError := connection.Write(out.Bytes())
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			if writeError != nil && errors.Is(err, io.EOF) {
				err = writeError
			}
			result.Class, result.Detail = failure(err)
			return
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			keep(frame, result)
			return
		case *http2.RSTStreamFrame:
			result.Class, result.Detail = "stream reset", frame.ErrCode.String()
			return
		case *http2.GoAwayFrame:
			result.Class, result.Detail = "stream reset", fmt.Sprintf("connection ended: %v %s", frame.ErrCode, frame.DebugData())
			return
		}
	}
}

func keep(frame *http2.MetaHeadersFrame, result *Result) {
	status, _ := strconv.Atoi(frame.PseudoValue("status"))
	values := map[string]string{}
	for _, field := range frame.RegularFields() {
		values[field.Name] = field.Value
	}
	result.take(status, values["location"], values[echoHeader], "")
}
