// Package suite reads suites of cases, runs them on a mesh and reports. The format is documented in the README of this module.
package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"conformance/internal/fixture"
	"conformance/internal/oidc"
)

// Suite is one file of cases.
type Suite struct {
	Name         string                         `json:"name"`
	About        string                         `json:"about,omitempty"`
	Authorities  map[string]fixture.Authority   `json:"authorities,omitempty"`
	Certificates map[string]fixture.Certificate `json:"certificates,omitempty"`
	Secrets      []Secret                       `json:"secrets,omitempty"`
	Gardener     string                         `json:"gardenerAuthority,omitempty"`
	Issuer       *Issuer                        `json:"issuer,omitempty"`
	Needs        []string                       `json:"needs,omitempty"` // further workloads, see workloads/
	Tokens       map[string]Token               `json:"tokens,omitempty"`
	Steps        []Step                         `json:"steps"`
	Mutations    []Mutation                     `json:"mutations,omitempty"`
	Lint         map[string]any                 `json:"lint,omitempty"`   // of the cases of checks: their settings; read by jest only
	Column       string                         `json:"column,omitempty"` // the one column on which the suite can run: 1.30, next or old-envoy

	file     string
	isolated bool // every step starts from nothing but the suite's Secrets
}

// Secret is a Secret that the suite provides. One with the same name among the manifests is replaced by it.
type Secret struct {
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Type      string            `json:"type,omitempty"`
	Data      map[string]string `json:"data"` // `certificate/NAME`, `key/NAME`, `crl/NAME` or `text/…`
}

// Issuer is the OpenID Connect issuer of the suite.
type Issuer struct {
	URL          string         `json:"url"`
	ClientID     string         `json:"clientId,omitempty"`
	ClientSecret string         `json:"clientSecret,omitempty"`
	Claims       map[string]any `json:"claims,omitempty"` // of the tokens that the token endpoint gives out
}

// Token is a token for requests.
type Token struct {
	oidc.Token
	Endpoint bool `json:"endpoint,omitempty"` // ask the token endpoint, as a client would
}

// Step applies something and sends requests.
type Step struct {
	Name       string    `json:"name"`
	Prepare    string    `json:"prepare,omitempty"`    // bash script, run first in the suite's directory of files; $PROJECT is the root of the project, $PROJECT_LIB its compiled source
	Apply      []string  `json:"apply,omitempty"`      // files, relative to the suite, or to its files as `files/…`; patterns are allowed
	Manifest   string    `json:"manifest,omitempty"`   // YAML in place
	Cdk8s      string    `json:"cdk8s,omitempty"`      // FILE_PER_RESOURCE or another YamlOutputType: cdk8s writes the manifests in place to files, and those are applied
	Secrets    []Secret  `json:"secrets,omitempty"`    // Secrets to create or replace
	Delete     []string  `json:"delete,omitempty"`     // Kind/namespace/name
	Patch      []Patch   `json:"patch,omitempty"`      // applied after the manifests
	Refused    string    `json:"refused,omitempty"`    // the API server must refuse one of the manifests with this text; the others are applied
	NotTaken   string    `json:"notTaken,omitempty"`   // Kyma's operator (played) must not process an object, and say this
	Restart    []string  `json:"restart,omitempty"`    // Deployment/namespace/name: replace its pods
	Faults     []string  `json:"faults,omitempty"`     // see faults.go; they happen first
	Load       []Request `json:"load,omitempty"`       // sent over and over from before the changes until after the step's requests
	RotateKeys string    `json:"rotateKeys,omitempty"` // of the issuer: `keep` or `withdraw` the old one
	Rejected   string    `json:"rejected,omitempty"`   // Envoy must reject a push of this type (sds, lds, …), which is a failure otherwise
	Warns      string    `json:"warns,omitempty"`      // kubectl must print a warning with this text
	Crashes    string    `json:"crashes,omitempty"`    // gateway, istiod or namespace/app: the manifests must crash it; they are removed after the step
	Expose     string    `json:"exposes,omitempty"`    // why this step shows a hole; for the report
	Requests   []Request `json:"requests,omitempty"`
	Warnings   []string  `json:"warnings,omitempty"` // of the cases of checks: ids that rightly warn of repaired manifests; read by jest only
}

// Patch changes one object by a JSON patch.
type Patch struct {
	Object string           `json:"object"` // Kind/namespace/name; `*` at the end of the name matches any ending
	Patch  []map[string]any `json:"patch"`
}

// Mutation breaks what the last step left behind. The suite fails if the requests named here still see what they expect.
type Mutation struct {
	Name     string   `json:"name"`
	Patch    []Patch  `json:"patch,omitempty"`
	Delete   []string `json:"delete,omitempty"`
	Restart  []string `json:"restart,omitempty"`
	Manifest string   `json:"manifest,omitempty"`
	Secrets  []Secret `json:"secrets,omitempty"`
	Notices  []string `json:"noticedBy"` // names of requests; each must fail now
}

// Request is one case.
type Request struct {
	Name        string         `json:"name"`
	From        string         `json:"from,omitempty"` // outside (default), remote, mesh, neighbour or plaintext
	URL         string         `json:"url,omitempty"`
	Path        string         `json:"path,omitempty"` // in place of the URL's path, sent as it is
	Method      string         `json:"method,omitempty"`
	Host        string         `json:"host,omitempty"`        // in place of the URL's host
	SNI         *string        `json:"sni,omitempty"`         // in place of the URL's host; empty for none
	Address     string         `json:"address,omitempty"`     // ingress, service (default for *.svc.cluster.local), pod, or namespace/name of another gateway's Service
	Identity    string         `json:"identity,omitempty"`    // namespace/serviceaccount: be this workload of the mesh, straight to the pod
	TrustDomain string         `json:"trustDomain,omitempty"` // of the identity, if it is not the mesh's own: the mesh's CA has signed it all the same
	Certificate string         `json:"certificate,omitempty"` // or `files/NAME` for NAME.crt and NAME.key that `prepare` made
	Trust       string         `json:"trust,omitempty"`       // authority that must have issued the server certificate
	TLS         string         `json:"tls,omitempty"`         // 1.2 or 1.3
	Token       string         `json:"token,omitempty"`
	Headers     []string       `json:"headers,omitempty"` // `Name: value`; ${token:NAME} stands for a token
	Body        string         `json:"body,omitempty"`
	Curl        []string       `json:"curl,omitempty"` // arguments of curl, in place of all above but `from`
	Expect      Verdicts       `json:"expect"`
	Echoed      map[string]any `json:"echoed,omitempty"` // header → value or list of values that the workload must have received; null: none
}

// Verdicts are the acceptable outcomes of a request, statuses or words.
type Verdicts []string

// UnmarshalJSON accepts a number, a word, or a list of both.
func (v *Verdicts) UnmarshalJSON(content []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(content, &list); err != nil {
		list = []json.RawMessage{content}
	}
	for _, item := range list {
		word := strings.Trim(string(item), `"`)
		if !knownVerdict(word) {
			return fmt.Errorf("invalid outcome `%s`: expected a status code, refused, untrusted, reset, unreachable or timeout", word)
		}
		*v = append(*v, word)
	}
	return nil
}

func (v Verdicts) String() string { return strings.Join(v, " or ") }

func (v Verdicts) include(verdict string) bool {
	for _, acceptable := range v {
		if acceptable == verdict {
			return true
		}
	}
	return false
}

// Load reads a suite; unknown fields are errors.
func Load(file string) (*Suite, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s.file = file
	s.isolated = filepath.Base(s.directory()) == checksDirectory
	return s, nil
}

// Parse reads a suite from YAML.
func Parse(content []byte) (*Suite, error) {
	asJSON, err := yaml.YAMLToJSONStrict(content)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(asJSON))
	decoder.DisallowUnknownFields()
	s := &Suite{}
	if err := decoder.Decode(s); err != nil {
		return nil, err
	}
	return s, s.check()
}

// checksDirectory holds the cases of the library's checks: in each step all manifests that it is about, so every step starts from nothing.
const checksDirectory = "checks"

func (s *Suite) directory() string { return filepath.Dir(s.file) }
