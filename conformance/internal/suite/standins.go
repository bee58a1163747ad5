package suite

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/fixture"
	"conformance/internal/mesh"
)

// StandIns adds what somebody's manifests need but do not contain: Services and workloads behind their routes, and Secrets that their Gateways name.
// The client certificates for trying it out are written to the files directory, next to the CA of the servers.
func (r *Runner) StandIns(ctx context.Context, objects []*unstructured.Unstructured) (made []*unstructured.Unstructured, secrets []Secret, err error) {
	for _, object := range objects {
		switch {
		case object.GetKind() == "VirtualService":
			more, err := r.standInServices(ctx, object, objects)
			if err != nil {
				return nil, nil, err
			}
			made = append(made, more...)
		case object.GetKind() == "APIRule":
			name, _, _ := unstructured.NestedString(object.Object, "spec", "service", "name")
			port, _, _ := unstructured.NestedInt64(object.Object, "spec", "service", "port")
			more, err := r.standInService(ctx, namespaceOf(object), name, port, objects)
			if err != nil {
				return nil, nil, err
			}
			made = append(made, more...)
		case object.GetKind() == "Gateway" && strings.HasPrefix(object.GetAPIVersion(), "networking.istio.io/"):
			more, err := r.standInSecrets(ctx, object, objects)
			if err != nil {
				return nil, nil, err
			}
			secrets = append(secrets, more...)
		}
	}
	return unique(made), secrets, nil
}

func unique(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	seen, kept := map[string]bool{}, []*unstructured.Unstructured{}
	for _, object := range objects {
		if !seen[reference(object)] {
			seen[reference(object)] = true
			kept = append(kept, object)
		}
	}
	return kept
}

func (r *Runner) standInServices(ctx context.Context, route *unstructured.Unstructured, objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var made []*unstructured.Unstructured
	for _, entry := range list(route.Object, "spec", "http") {
		for _, target := range list(entry, "route") {
			host, _, _ := unstructured.NestedString(target, "destination", "host")
			port, _, _ := unstructured.NestedInt64(target, "destination", "port", "number")
			parts := strings.Split(host, ".")
			namespace := namespaceOf(route)
			if len(parts) > 1 {
				namespace = parts[1]
			}
			more, err := r.standInService(ctx, namespace, parts[0], port, objects)
			if err != nil {
				return nil, err
			}
			made = append(made, more...)
		}
	}
	return made, nil
}

func list(object map[string]any, path ...string) []map[string]any {
	items, _, _ := unstructured.NestedSlice(object, path...)
	var maps []map[string]any
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			maps = append(maps, m)
		}
	}
	return maps
}

func (r *Runner) standInService(ctx context.Context, namespace, name string, port int64, objects []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	if name == "" || port == 0 || given(objects, "Service", namespace, name) {
		return nil, nil
	}
	_, err := r.Mesh.Plane.Client.CoreV1().Services(namespace).Get(ctx, name, metav1.GetOptions{})
	if err == nil || !apierrors.IsNotFound(err) {
		return nil, err
	}
	labels := policyLabels(objects, namespace, name)
	text := fmt.Sprintf(`
apiVersion: v1
kind: Namespace
metadata: {name: %[1]s, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Service
metadata: {name: %[2]s, namespace: %[1]s}
spec: {ports: [{name: http, port: %[3]d, targetPort: 8080}], selector: %[4]s}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[2]s, namespace: %[1]s}
spec:
  selector: {matchLabels: %[4]s}
  template:
    metadata: {labels: %[4]s}
    spec: {containers: [{name: stand-in, image: mccutchen/go-httpbin, ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /status/200, port: 8080}}}]}
`, namespace, name, port, labels)
	r.Report.note("Service %s/%s is not among the manifests: go-httpbin stands in, with the labels %s", namespace, name, labels)
	return parseObjects([]byte(text))
}

func given(objects []*unstructured.Unstructured, kind, namespace, name string) bool {
	for _, object := range objects {
		if object.GetKind() == kind && namespaceOf(object) == namespace && object.GetName() == name {
			return true
		}
	}
	return false
}

// policyLabels are the labels that a policy for the workload selects, so that the stand-in is protected as the real one; it is found by one of its values.
func policyLabels(objects []*unstructured.Unstructured, namespace, name string) string {
	for _, object := range objects {
		labels, _, _ := unstructured.NestedStringMap(object.Object, "spec", "selector", "matchLabels")
		if object.GetKind() != "AuthorizationPolicy" || namespaceOf(object) != namespace {
			continue
		}
		for _, value := range labels {
			if value == name {
				return flow(labels)
			}
		}
	}
	return flow(map[string]string{"app": name})
}

func flow(labels map[string]string) string {
	var words []string
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		words = append(words, fmt.Sprintf("%q: %q", key, labels[key]))
	}
	return "{" + strings.Join(words, ", ") + "}"
}

const (
	standInServerCA = "stand-in-server-ca"
	standInClientCA = "stand-in-client-ca"
	standInClient   = "stand-in-client"
)

// StandInPKI are the certificates of stand-in Secrets, and one client.
func StandInPKI() (map[string]fixture.Authority, map[string]fixture.Certificate) {
	return map[string]fixture.Authority{standInServerCA: {Subject: []string{"CN=Stand-in server CA"}}, standInClientCA: {Subject: []string{"CN=Stand-in client CA"}}},
		map[string]fixture.Certificate{standInClient: {IssuedBy: standInClientCA, Subject: []string{"CN=client", "O=Example"}, URIs: []string{"spiffe://test.client"}}}
}

// standInSecrets describes a Secret for every credentialName that neither the manifests nor the cluster have.
func (r *Runner) standInSecrets(ctx context.Context, gateway *unstructured.Unstructured, objects []*unstructured.Unstructured) ([]Secret, error) {
	var secrets []Secret
	for _, server := range list(gateway.Object, "spec", "servers") {
		name, _, _ := unstructured.NestedString(server, "tls", "credentialName")
		if name == "" || writtenByController(objects, name) {
			continue
		}
		for _, wanted := range []string{name, name + "-cacert"} {
			if given(objects, "Secret", mesh.SystemNamespace, wanted) {
				continue
			}
			_, err := r.Mesh.Plane.Client.CoreV1().Secrets(mesh.SystemNamespace).Get(ctx, wanted, metav1.GetOptions{})
			if err == nil || !apierrors.IsNotFound(err) {
				continue
			}
			data := map[string]string{"cacert": "certificate/" + standInClientCA}
			if wanted == name {
				hosts, _, _ := unstructured.NestedStringSlice(server, "hosts")
				data = map[string]string{"tls.crt": "certificate/" + wanted, "tls.key": "key/" + wanted, "hosts": "text/" + strings.Join(hosts, " ")}
			}
			r.Report.note("Secret %s/%s is not among the manifests: the rig provides one", mesh.SystemNamespace, wanted)
			secrets = append(secrets, Secret{Namespace: mesh.SystemNamespace, Name: wanted, Data: data})
		}
	}
	return secrets, nil
}

func writtenByController(objects []*unstructured.Unstructured, secret string) bool {
	for _, object := range objects {
		name, _, _ := unstructured.NestedString(object.Object, "spec", "secretName")
		if object.GetKind() == "Certificate" && name == secret {
			return true
		}
	}
	return false
}
