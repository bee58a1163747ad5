package suite

import (
	"context"
	"crypto/tls"
	"fmt"
	"reflect"
	"regexp"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"conformance/internal/client"
	"conformance/internal/node"
)

// callers are the senders, by name: a pod of the Deployment `caller` of a namespace, or nobody's pod.
var callers = map[string]string{"": "", "outside": "", remoteSender: "", "mesh": "mesh-client", "neighbour": "default", "plaintext": "plaintext-client"}

// observation is what became of a request.
type observation struct {
	verdict, detail string
	result          client.Result
	evidence        []string // access log lines, of a failed case
}

// send sends one request and returns what was wrong with the outcome.
func (r *run) send(ctx context.Context, request *Request) (observation, []string) {
	var seen observation
	var err error
	if len(request.Curl) > 0 {
		seen, err = r.curl(ctx, request)
	} else {
		seen, err = r.raw(ctx, request)
	}
	if err != nil {
		return observation{verdict: "-"}, []string{"the request could not be sent: " + err.Error()}
	}
	var problems []string
	if !request.Expect.include(seen.verdict) {
		problems = append(problems, fmt.Sprintf("expected %s, saw %s", request.Expect, seen.verdict))
	}
	if len(request.Echoed) > 0 && len(problems) == 0 {
		problems = append(problems, compareEcho(request.Echoed, seen.result)...)
	}
	return seen, problems
}

func (r *run) raw(ctx context.Context, request *Request) (observation, error) {
	wire, err := r.wire(ctx, request)
	if err != nil {
		return observation{}, err
	}
	result := client.Send(ctx, *wire)
	return observation{verdict: result.Verdict, detail: result.Detail, result: result}, nil
}

var urlParts = regexp.MustCompile(`^(https?)://([^/:]+)(?::(\d+))?(/.*)?$`)

// wire works out address, SNI and bytes of a request. The URL is taken apart by hand: net/url would clean it up.
func (r *run) wire(ctx context.Context, request *Request) (*client.Request, error) {
	parts := urlParts.FindStringSubmatch(request.URL)
	if parts == nil {
		return nil, fmt.Errorf("invalid URL `%s`: expected http(s)://host[:port]/path", request.URL)
	}
	secured, host, port, path := parts[1] == "https", parts[2], parts[3], parts[4]
	wire := &client.Request{TLS: secured, Method: request.Method, Target: path, Host: host, Body: request.Body}
	if port == "" {
		port = map[bool]string{true: "443", false: "80"}[secured]
	} else {
		wire.Host += ":" + port
	}
	if wire.Method == "" {
		wire.Method = "GET"
	}
	if wire.Target == "" {
		wire.Target = "/"
	}
	if request.Path != "" {
		wire.Target = request.Path
	}
	wire.Target = r.withTokens(wire.Target)
	if request.Host != "" {
		wire.Host = request.Host
	}
	wire.ServerName = host
	if request.SNI != nil {
		wire.ServerName = *request.SNI
	}
	for _, line := range request.Headers {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("invalid header `%s`: expected Name: value", line)
		}
		wire.Headers = append(wire.Headers, client.Header{Name: name, Value: r.withTokens(strings.TrimSpace(value))})
	}
	if request.Token != "" {
		wire.Headers = append(wire.Headers, client.Header{Name: "Authorization", Value: "Bearer " + r.tokens[request.Token]})
	}
	if err := r.setTLS(wire, request); err != nil {
		return nil, err
	}
	if namespace, account, ok := strings.Cut(request.Identity, "/"); ok {
		certificate, err := r.workloadCertificate(ctx, request.TrustDomain, namespace, account)
		if err != nil {
			return nil, err
		}
		wire.TLS, wire.Mesh, wire.Certificate, wire.ServerName = true, true, certificate, ""
	}
	if request.From == remoteSender {
		network, err := remoteNetwork()
		if err != nil {
			return nil, err
		}
		wire.Network = network
	}
	if namespace := callers[request.From]; namespace != "" {
		ip, err := r.podAddress(ctx, namespace, "caller")
		if err != nil {
			return nil, err
		}
		wire.Network = node.NetworkName(ip)
	}
	ip, port, err := r.destination(ctx, request.Address, host, port)
	wire.Address = ip + ":" + port
	return wire, err
}

func (r *run) setTLS(wire *client.Request, request *Request) (err error) {
	if request.Certificate != "" {
		if wire.Certificate, err = r.clientCertificate(request.Certificate); err != nil {
			return err
		}
	}
	if request.Trust != "" {
		if wire.Trust, err = r.serverAuthorities(request.Trust); err != nil {
			return err
		}
	}
	switch request.TLS {
	case "":
	case "1.2":
		wire.MaxVersion = tls.VersionTLS12
	case "1.3":
		wire.MinVersion = tls.VersionTLS13
	default:
		return fmt.Errorf("invalid TLS version `%s`: expected 1.2 or 1.3", request.TLS)
	}
	return nil
}

// destination finds the IP address to connect to.
func (r *run) destination(ctx context.Context, address, host, port string) (string, string, error) {
	service := strings.Split(host, ".")
	inCluster := strings.HasSuffix(host, ".svc.cluster.local") && len(service) > 2
	switch {
	case address == "ingress" || address == "" && !inCluster:
		return r.ingress, port, nil
	case address == "service" || address == "":
		s, err := r.Mesh.Plane.Client.CoreV1().Services(service[1]).Get(ctx, service[0], metav1.GetOptions{})
		if err != nil {
			return "", "", err
		}
		return s.Spec.ClusterIP, port, nil
	case address == "pod":
		ip, err := r.podAddress(ctx, service[1], service[0])
		return ip, port, err
	case strings.Count(address, "/") == 1:
		ip, err := r.balancerAddress(ctx, address)
		return ip, port, err
	}
	return "", "", fmt.Errorf("invalid address `%s`: expected ingress, service, pod, or namespace/name of a Service of type LoadBalancer", address)
}

func (r *run) balancerAddress(ctx context.Context, name string) (string, error) {
	namespace, name, _ := strings.Cut(name, "/")
	s, err := r.Mesh.Plane.Client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if len(s.Status.LoadBalancer.Ingress) == 0 {
		return "", fmt.Errorf("Service %s/%s has no load balancer address", namespace, name)
	}
	return s.Status.LoadBalancer.Ingress[0].IP, nil
}

func (r *run) podAddress(ctx context.Context, namespace, app string) (string, error) {
	pods, err := r.Mesh.Plane.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app})
	if err != nil {
		return "", err
	}
	for _, pod := range pods.Items {
		if pod.DeletionTimestamp == nil && pod.Status.PodIP != "" {
			return pod.Status.PodIP, nil
		}
	}
	return "", fmt.Errorf("no pod of %s runs in namespace %s", app, namespace)
}

var tokenReference = regexp.MustCompile(`\$\{token:([^}]+)\}`)

func (r *run) withTokens(text string) string {
	return tokenReference.ReplaceAllStringFunc(text, func(found string) string { return r.tokens[tokenReference.FindStringSubmatch(found)[1]] })
}

// compareEcho compares the headers that the workload received; nil means that there must be none of that name.
func compareEcho(expected map[string]any, result client.Result) []string {
	received, err := result.Echoed()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for name, value := range expected {
		var want []string
		switch value := value.(type) {
		case nil:
		case []any:
			for _, item := range value {
				want = append(want, fmt.Sprint(item))
			}
		default:
			want = []string{fmt.Sprint(value)}
		}
		if got := received[strings.ToLower(name)]; !reflect.DeepEqual(append([]string{}, got...), append([]string{}, want...)) {
			problems = append(problems, fmt.Sprintf("header %s: the workload received %q, expected %q", name, got, want))
		}
	}
	sort.Strings(problems)
	return problems
}

func (r *run) workloadCertificate(ctx context.Context, trustDomain, namespace, account string) (*tls.Certificate, error) {
	if trustDomain != "" {
		return r.Mesh.ForgedCertificate(ctx, fmt.Sprintf("spiffe://%s/ns/%s/sa/%s", trustDomain, namespace, account))
	}
	return r.Mesh.WorkloadCertificate(ctx, namespace, account)
}
