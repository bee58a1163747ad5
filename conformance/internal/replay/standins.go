package replay

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// standIns adds what manifests and requests need and do not contain: namespaces, accounts, Services, workloads, gateways, Secrets.
type standIns struct {
	adapter *adapter
	objects []*unstructured.Unstructured
	present []*unstructured.Unstructured // what other objects, applied before, contain
}

func (s *standIns) has(kind, namespace, name string) bool {
	return slices.ContainsFunc(slices.Concat(s.present, s.objects), func(o *unstructured.Unstructured) bool {
		return o.GetKind() == kind && o.GetName() == name && (kind == "Namespace" || namespaceOf(o) == namespace)
	})
}

func (s *standIns) add(o *unstructured.Unstructured, why string) {
	s.adapter.tell("%s is not among the manifests: %s", reference(o), why)
	s.objects = append(s.objects, o)
}

func (s *standIns) complete(requests []Request) error {
	for _, o := range slices.Clone(s.objects) {
		switch {
		case o.GetKind() == "VirtualService":
			s.behindRoute(o)
			bound, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "gateways")
			hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
			s.gatewaysOf(o, bound, hosts)
		case o.GetKind() == "APIRule":
			s.behindRule(o)
			bound, _, _ := unstructured.NestedString(o.Object, "spec", "gateway")
			hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
			s.gatewaysOf(o, []string{bound}, hosts)
		}
	}
	for _, r := range requests {
		if namespace, name, ok := strings.Cut(r.Service, "/"); ok {
			s.service(namespace, name, int64(r.Port))
		}
	}
	for _, o := range slices.Clone(s.objects) {
		if o.GetKind() == "Service" {
			s.podsBehind(o)
		}
	}
	for _, o := range slices.Clone(s.objects) {
		if o.GetKind() == "Gateway" && strings.HasPrefix(o.GetAPIVersion(), "networking.istio.io/") {
			if err := s.gateway(o); err != nil {
				return err
			}
		}
	}
	for _, r := range requests {
		if namespace, account, ok := workloadOf(r.Identity); ok {
			s.account(namespace, account)
		}
	}
	for _, o := range slices.Clone(s.objects) {
		if account, _, _ := unstructured.NestedString(podTemplate(o), "spec", "serviceAccountName"); isWorkload(o) && account != "" && account != "default" {
			s.account(namespaceOf(o), account)
		}
	}
	s.namespaces()
	return nil
}

// workloadOf reads spiffe://cluster.local/ns/NAMESPACE/sa/ACCOUNT.
func workloadOf(identity string) (namespace, account string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(identity, "spiffe://"), "/")
	if len(parts) != 5 || parts[0] != "cluster.local" || parts[1] != "ns" || parts[3] != "sa" {
		return "", "", false
	}
	return parts[2], parts[4], true
}

func (s *standIns) account(namespace, name string) {
	if name == "default" || namespace == "istio-system" && strings.HasPrefix(name, "istio") || s.has("ServiceAccount", namespace, name) {
		return
	}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ServiceAccount"}}
	o.SetNamespace(namespace)
	o.SetName(name)
	s.add(o, "it is made")
}

var systemNamespaces = []string{"istio-system", "kube-system", "plaintext-client"}

func (s *standIns) namespaces() {
	needed := map[string]bool{}
	for _, o := range s.objects {
		if o.GetKind() != "Namespace" {
			needed[namespaceOf(o)] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		if slices.Contains(systemNamespaces, name) || s.has("Namespace", "", name) {
			continue
		}
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace"}}
		o.SetName(name)
		o.SetLabels(map[string]string{"istio-injection": "enabled"})
		s.add(o, "it is made, with injection")
	}
}

func (s *standIns) behindRoute(o *unstructured.Unstructured) {
	for _, entry := range list(o.Object, "spec", "http") {
		for _, target := range list(entry, "route") {
			host, _, _ := unstructured.NestedString(target, "destination", "host")
			number, _, _ := unstructured.NestedInt64(target, "destination", "port", "number")
			name, rest, qualified := strings.Cut(host, ".")
			namespace := namespaceOf(o)
			if qualified {
				if namespace, _, _ = strings.Cut(rest, "."); !strings.HasSuffix(host, ".svc.cluster.local") && strings.Contains(rest, ".") {
					continue // a host outside of the cluster
				}
			}
			s.service(namespace, name, number)
		}
	}
}

func (s *standIns) behindRule(o *unstructured.Unstructured) {
	targets := []map[string]any{}
	if target, found, _ := unstructured.NestedMap(o.Object, "spec", "service"); found {
		targets = append(targets, target)
	}
	for _, rule := range list(o.Object, "spec", "rules") {
		if target, found, _ := unstructured.NestedMap(rule, "service"); found {
			targets = append(targets, target)
		}
	}
	for _, target := range targets {
		name, _, _ := unstructured.NestedString(target, "name")
		namespace, _, _ := unstructured.NestedString(target, "namespace")
		number, _, _ := unstructured.NestedInt64(target, "port")
		if namespace == "" {
			namespace = namespaceOf(o)
		}
		s.service(namespace, name, number)
	}
}

// service makes a Service, or adds a port to one that is made.
func (s *standIns) service(namespace, name string, number int64) {
	if name == "" || namespace+"/"+name == defaultGateway {
		return
	}
	if number == 0 {
		number = 80
	}
	for _, o := range s.objects {
		if o.GetKind() == "Service" && namespaceOf(o) == namespace && o.GetName() == name && o.GetAnnotations()[madeHere] != "" {
			ports, _, _ := unstructured.NestedSlice(o.Object, "spec", "ports")
			if !slices.ContainsFunc(ports, func(p any) bool { return p.(map[string]any)["port"] == number }) {
				_ = unstructured.SetNestedSlice(o.Object, append(ports, servicePort(number)), "spec", "ports")
			}
		}
	}
	if s.has("Service", namespace, name) {
		return
	}
	o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "spec": map[string]any{
		"selector": anyMap(s.labelsFor(namespace, name)), "ports": []any{servicePort(number)},
	}}}
	o.SetNamespace(namespace)
	o.SetName(name)
	o.SetAnnotations(map[string]string{madeHere: "yes"})
	s.add(o, "it is made, for pods with the labels that a policy or `app` selects")
}

const madeHere = "rig/stand-in"

// labelsFor are those of the manifests' own pods of that name, or the selector of a policy that has the name among its values, so that the stand-in is
// protected as the real one; else `app`.
func (s *standIns) labelsFor(namespace, name string) map[string]string {
	for _, o := range s.objects {
		if isWorkload(o) && namespaceOf(o) == namespace && o.GetName() == name {
			return podLabels(o)
		}
	}
	for _, o := range s.objects {
		labels, _, _ := unstructured.NestedStringMap(o.Object, "spec", "selector", "matchLabels")
		if strings.HasPrefix(o.GetAPIVersion(), "security.istio.io/") && namespaceOf(o) == namespace && slices.Contains(slices.Collect(maps.Values(labels)), name) {
			return labels
		}
	}
	return map[string]string{"app": name}
}

// podsBehind makes pods for a Service that selects none.
func (s *standIns) podsBehind(service *unstructured.Unstructured) {
	selector := selectorOf(service)
	kind, _, _ := unstructured.NestedString(service.Object, "spec", "type")
	if len(selector) == 0 || kind == "ExternalName" || selects(selector, ingressLabels) && namespaceOf(service) == "istio-system" {
		return
	}
	for _, o := range slices.Concat(s.present, s.objects) {
		if isWorkload(o) && namespaceOf(o) == namespaceOf(service) && selects(selector, podLabels(o)) {
			return
		}
	}
	ports := targetPorts(service)
	for _, p := range list(service.Object, "spec", "ports") {
		if name, _, _ := unstructured.NestedString(p, "targetPort"); name != "" {
			number, _, _ := unstructured.NestedInt64(p, "port")
			ports = append(ports, port{name, number})
		}
	}
	s.add(echo(namespaceOf(service), service.GetName(), "", selector, nil, ports), "a server of the rig is made, with the labels of the Service's selector")
}
