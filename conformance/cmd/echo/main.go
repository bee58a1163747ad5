// Command echo plays a workload: it answers every request with 200, says who it is, and what it has received.
//
//	echo NAMESPACE/NAME PORT...
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sort"
	"time"
)

// Received is the request as it reached the workload.
type Received struct {
	Workload string      `json:"workload"`
	Method   string      `json:"method"`
	Path     string      `json:"path"` // as it stood in the request line
	Headers  [][2]string `json:"headers"`
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: echo NAMESPACE/NAME PORT...")
		os.Exit(2)
	}
	failed := make(chan error)
	for _, port := range os.Args[2:] {
		protocols := &http.Protocols{}
		protocols.SetHTTP1(true)
		protocols.SetUnencryptedHTTP2(true) // what Envoy speaks to ports that are called http2 or grpc
		server := &http.Server{Addr: ":" + port, Handler: echo(os.Args[1]), Protocols: protocols, ReadHeaderTimeout: 5 * time.Second}
		go func() { failed <- server.ListenAndServe() }()
	}
	fmt.Fprintln(os.Stderr, <-failed)
	os.Exit(1)
}

func echo(workload string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received := Received{Workload: workload, Method: r.Method, Path: r.RequestURI, Headers: [][2]string{{"Host", r.Host}}}
		for name, values := range r.Header {
			for _, value := range values {
				received.Headers = append(received.Headers, [2]string{name, value})
			}
		}
		sort.SliceStable(received.Headers, func(i, j int) bool { return received.Headers[i][0] < received.Headers[j][0] })
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Rig-Workload", workload)
		_ = json.NewEncoder(w).Encode(received)
	})
}
