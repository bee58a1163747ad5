package main

// Job is one configuration and the requests to be sent to it.
type Job struct {
	ID        string    `json:"id"`
	Manifests string    `json:"manifests"`
	Requests  []Request `json:"requests"`
}

// Request is sent exactly as it is written, on a connection of its own.
type Request struct {
	ID string `json:"id"`
	// To is the Service, `namespace/name`, that the client connects to: that of a gateway, or in the mesh that of a workload.
	To   string `json:"to"`
	Port int    `json:"port"`
	// Through is the Deployment, `namespace/name`, through whose sidecar the request leaves, in plain HTTP up to there.
	Through string `json:"through,omitempty"`
	// TLS without a certificate of the client, unless Certificate and Key or Identity say so.
	TLS         bool   `json:"tls,omitempty"`
	SNI         string `json:"sni,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
	// Identity makes the client a workload of the mesh with this SPIFFE ID.
	Identity string `json:"identity,omitempty"`
	ClientIP string `json:"clientIp,omitempty"`
	HTTP2    bool   `json:"http2,omitempty"`

	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Host    string      `json:"host"`
	Headers [][2]string `json:"headers,omitempty"`
}

// Verdict is what happened.
type Verdict struct {
	ID string `json:"id"`
	// Error says why the job could not be run at all.
	Error    string    `json:"error,omitempty"`
	Refused  []Refusal `json:"refused,omitempty"`
	Rejected []string  `json:"rejected,omitempty"`
	Results  []Result  `json:"results"`
}

// Refusal names an object that the API server or Istio's webhook does not take.
type Refusal struct {
	Object string `json:"object"`
	Reason string `json:"reason"`
}

// Result is what became of one request.
type Result struct {
	ID string `json:"id"`
	// Class is allowed, handshake rejected, connection closed, connection refused, stream reset, or status.
	Class  string `json:"class"`
	Status int    `json:"status,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Location of a redirect.
	Location string `json:"location,omitempty"`
	// Upstream is the request as the workload got it.
	Upstream *Echo `json:"upstream,omitempty"`
	// Hops are the proxies on the way with what they say about it.
	Hops []Hop `json:"hops,omitempty"`
}

// Hop is a line of a proxy's access log.
type Hop struct {
	Proxy   string `json:"proxy"`
	Status  int    `json:"status"`
	Details string `json:"details"`
}

// Echo is a request as a workload got it.
type Echo struct {
	Workload string      `json:"workload"`
	Method   string      `json:"method"`
	Target   string      `json:"target"`
	Headers  [][2]string `json:"headers"`
}
