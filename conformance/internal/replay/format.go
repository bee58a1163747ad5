// Package replay sends described requests to described manifests and says what became of each. The format is documented in the README of this module.
package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"conformance/internal/suite"
)

// Object is a manifest in place.
type Object map[string]any

// File is what to replay.
type File struct {
	Objects  []Object  `json:"objects,omitempty"`
	Files    []string  `json:"files,omitempty"` // relative to the file
	Requests []Request `json:"requests"`

	directory string
}

// Kinds of clients.
const (
	OverTLS   = "tls"
	Plaintext = "plaintext"
	InMesh    = "in-mesh"
)

// Request is one request, as the client sends it.
type Request struct {
	ID          string       `json:"id"`
	Client      string       `json:"client,omitempty"`   // tls (default), plaintext, in-mesh
	Identity    string       `json:"identity,omitempty"` // of a workload in the mesh, spiffe://…
	Service     string       `json:"service,omitempty"`  // namespace/name, for in-mesh
	Gateway     string       `json:"gateway,omitempty"`  // namespace/name
	Port        int          `json:"port,omitempty"`
	SNI         *string      `json:"sni,omitempty"`
	Host        string       `json:"host"`
	Path        string       `json:"path,omitempty"`
	Method      string       `json:"method,omitempty"`
	Headers     [][2]string  `json:"headers,omitempty"`
	Body        string       `json:"body,omitempty"`
	Certificate *Certificate `json:"certificate,omitempty"`
	Token       *Token       `json:"token,omitempty"`
	Objects     []Object     `json:"objects,omitempty"` // added before and removed after the request
	Expect      string       `json:"expect,omitempty"`  // the outcome
}

// Certificate is that of a client, by its names.
type Certificate struct {
	Subject    string   `json:"subject,omitempty"` // RFC 4514, as Envoy prints it
	Issuer     string   `json:"issuer,omitempty"`
	URIs       []string `json:"uris,omitempty"`
	DNSNames   []string `json:"dnsNames,omitempty"`
	Foreign    bool     `json:"foreign,omitempty"`    // of a CA that nobody trusts
	AcceptedBy []string `json:"acceptedBy,omitempty"` // Secrets namespace/name; all if not given
}

// Token is made from claims, or sent as it is.
type Token struct {
	Claims  map[string]any `json:"claims,omitempty"`
	Compact string         `json:"compact,omitempty"`
}

// Answer is what replay prints.
type Answer struct {
	Istio    string    `json:"istio"`
	Envoy    string    `json:"envoy"`
	Replaced []string  `json:"replaced"`
	Notes    []string  `json:"notes,omitempty"`
	Verdicts []Verdict `json:"verdicts"`
}

// NotReplayed is the outcome of a request that could not be sent.
const NotReplayed = "not replayed"

// Verdict is what became of a request.
type Verdict struct {
	ID       string          `json:"id"`
	Outcome  string          `json:"outcome"` // a status, or a word of package client, or NotReplayed
	Reached  bool            `json:"reached"` // a workload answered
	Workload string          `json:"workload,omitempty"`
	Detail   string          `json:"detail,omitempty"`
	Expected string          `json:"expected,omitempty"` // set if the outcome is another one
	Received json.RawMessage `json:"received,omitempty"`
}

// Load reads a file; unknown fields are errors.
func Load(name string) (*File, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &File{}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if f.directory, err = filepath.Abs(filepath.Dir(name)); err != nil {
		return nil, err
	}
	if len(f.Requests) == 0 {
		return nil, fmt.Errorf("%s: no request is given", name)
	}
	seen := map[string]bool{}
	for i := range f.Requests {
		if err := f.Requests[i].check(); err != nil {
			return nil, fmt.Errorf("%s: request %d: %w", name, i+1, err)
		}
		if seen[f.Requests[i].ID] {
			return nil, fmt.Errorf("%s: the id `%s` is used twice", name, f.Requests[i].ID)
		}
		seen[f.Requests[i].ID] = true
	}
	return f, nil
}

func (r *Request) check() error {
	if r.Client == "" {
		r.Client = OverTLS
	}
	if r.Method == "" {
		r.Method = "GET"
	}
	if r.Path == "" {
		r.Path = "/"
	}
	inMesh := r.Client == InMesh
	switch {
	case r.ID == "" || r.Host == "":
		return fmt.Errorf("`id` and `host` are needed")
	case r.Client != OverTLS && r.Client != Plaintext && !inMesh:
		return fmt.Errorf("invalid client `%s`: expected tls, plaintext or in-mesh", r.Client)
	case inMesh != (r.Service != ""):
		return fmt.Errorf("`service` goes with in-mesh clients, and they need it")
	case r.Service != "" && strings.Count(r.Service, "/") != 1:
		return fmt.Errorf("invalid service `%s`: expected namespace/name", r.Service)
	case r.Identity != "" && !inMesh:
		return fmt.Errorf("`identity` is for in-mesh clients")
	case r.Certificate != nil && r.Client != OverTLS:
		return fmt.Errorf("`certificate` is for clients with TLS")
	case r.Token != nil && (len(r.Token.Claims) > 0) == (r.Token.Compact != ""):
		return fmt.Errorf("a token has either `claims` or `compact`")
	}
	return nil
}

// manifests are the objects of the file and of the files that it names; lists are taken apart.
func (f *File) manifests() ([]*unstructured.Unstructured, error) {
	objects, err := suite.ReadFiles(f.directory, f.Files)
	if err != nil {
		return nil, err
	}
	more, err := unstructuredOf(f.Objects)
	if err != nil {
		return nil, err
	}
	return flatten(append(objects, more...)), nil
}

func unstructuredOf(objects []Object) ([]*unstructured.Unstructured, error) {
	var list []*unstructured.Unstructured
	for i, o := range objects {
		content, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(content); err != nil { // numbers become what the API's machinery wants
			return nil, fmt.Errorf("object %d: %w", i+1, err)
		}
		list = append(list, u)
	}
	return list, nil
}

func flatten(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var flat []*unstructured.Unstructured
	for _, o := range objects {
		if !o.IsList() {
			flat = append(flat, o)
			continue
		}
		_ = o.EachListItem(func(item runtime.Object) error {
			flat = append(flat, item.(*unstructured.Unstructured))
			return nil
		})
	}
	return flat
}
