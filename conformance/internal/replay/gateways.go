package replay

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// ingressLabels are those of the ingress gateway that the rig installs, as istioctl does.
var ingressLabels = map[string]string{"app": "istio-ingressgateway", "istio": "ingressgateway"}

// gatewaysOf makes the Gateways that a route is bound to and that are not among the manifests: they terminate TLS and ask for no certificate.
func (s *standIns) gatewaysOf(route *unstructured.Unstructured, bound, hosts []string) {
	for _, entry := range bound {
		namespace, name, qualified := strings.Cut(strings.TrimSuffix(entry, ".svc.cluster.local"), "/")
		if !qualified {
			if name, namespace, qualified = strings.Cut(namespace, "."); !qualified {
				namespace = namespaceOf(route)
			}
		}
		if entry == "mesh" || name == "" || len(hosts) == 0 {
			continue
		}
		if o := s.madeGateway(namespace, name); o != nil {
			servers := list(o.Object, "spec", "servers")
			known, _, _ := unstructured.NestedStringSlice(servers[0], "hosts")
			for _, host := range hosts {
				if !slices.Contains(known, host) {
					known = append(known, host)
				}
			}
			o.Object["spec"].(map[string]any)["servers"] = []any{tlsServer(name, known)}
			continue
		}
		if s.has("Gateway", namespace, name) {
			continue
		}
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "spec": map[string]any{
			"selector": anyMap(ingressLabels), "servers": []any{tlsServer(name, hosts)},
		}}}
		o.SetNamespace(namespace)
		o.SetName(name)
		o.SetAnnotations(map[string]string{madeHere: "yes"})
		s.add(o, "it is made, with TLS and without client certificates")
	}
}

func (s *standIns) madeGateway(namespace, name string) *unstructured.Unstructured {
	for _, o := range s.objects {
		if o.GetKind() == "Gateway" && namespaceOf(o) == namespace && o.GetName() == name && o.GetAnnotations()[madeHere] != "" {
			return o
		}
	}
	return nil
}

func tlsServer(name string, hosts []string) map[string]any {
	all := make([]any, 0, len(hosts))
	for _, host := range hosts {
		all = append(all, host)
	}
	return map[string]any{
		"port": map[string]any{"number": int64(443), "name": "https", "protocol": "HTTPS"}, "hosts": all,
		"tls": map[string]any{"mode": "SIMPLE", "credentialName": name + "-made"},
	}
}

// gateway makes what a Gateway needs: pods that it selects, ports, Secrets in their namespace.
func (s *standIns) gateway(o *unstructured.Unstructured) error {
	selector, _, _ := unstructured.NestedStringMap(o.Object, "spec", "selector")
	namespaces := s.podsOf(o, selector)
	for _, server := range list(o.Object, "spec", "servers") {
		number, _, _ := unstructured.NestedInt64(server, "port", "number")
		if selects(selector, ingressLabels) || len(selector) == 0 {
			s.adapter.ingressPort(number)
		}
		for _, namespace := range namespaces {
			if err := s.credentials(server, namespace); err != nil {
				return err
			}
		}
	}
	return nil
}

// podsOf returns the namespaces in which pods are selected; if there are none, it makes some in the Gateway's own.
func (s *standIns) podsOf(o *unstructured.Unstructured, selector map[string]string) []string {
	var namespaces []string
	if len(selector) == 0 || selects(selector, ingressLabels) {
		namespaces = append(namespaces, "istio-system")
	}
	for _, w := range slices.Concat(s.present, s.objects) {
		if isWorkload(w) && selects(selector, podLabels(w)) && !slices.Contains(namespaces, namespaceOf(w)) {
			namespaces = append(namespaces, namespaceOf(w))
		}
	}
	if len(namespaces) > 0 {
		return namespaces
	}
	name := selector["istio"]
	if name == "" {
		name = o.GetName() + "-pods"
	}
	labels := map[string]string{"sidecar.istio.io/inject": "true"}
	for key, value := range selector {
		labels[key] = value
	}
	if labels["app"] == "" {
		labels["app"] = name
	}
	s.gatewayPods("istio-system", name, labels, o)
	return []string{"istio-system"}
}

func (s *standIns) gatewayPods(namespace, name string, labels map[string]string, gateway *unstructured.Unstructured) {
	ports := []any{}
	for _, server := range list(gateway.Object, "spec", "servers") {
		number, _, _ := unstructured.NestedInt64(server, "port", "number")
		one := servicePort(number)
		if !slices.ContainsFunc(ports, func(p any) bool { return p.(map[string]any)["port"] == number }) {
			one["name"] = fmt.Sprintf("tcp-%d", number)
			ports = append(ports, one)
		}
	}
	deployment := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{
		"selector": map[string]any{"matchLabels": anyMap(labels)},
		"template": map[string]any{
			"metadata": map[string]any{"labels": anyMap(labels), "annotations": map[string]any{"inject.istio.io/templates": "gateway"}},
			"spec": map[string]any{
				"serviceAccountName": "istio-ingressgateway-service-account", // it may read the Secrets of istio-system
				"containers":         []any{map[string]any{"name": "istio-proxy", "image": "auto"}},
			},
		},
	}}}
	service := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Service", "spec": map[string]any{
		"type": "LoadBalancer", "selector": anyMap(labels), "ports": ports,
	}}}
	for _, o := range []*unstructured.Unstructured{service, deployment} {
		o.SetNamespace(namespace)
		o.SetName(name)
		s.add(o, "a gateway is made for the selector of "+reference(gateway))
	}
}

// credentials makes the Secrets that a server names, in the namespace of the pods.
func (s *standIns) credentials(server map[string]any, namespace string) error {
	hosts, _, _ := unstructured.NestedStringSlice(server, "hosts")
	for i, host := range hosts {
		hosts[i] = host[strings.Index(host, "/")+1:]
	}
	hosts = slices.DeleteFunc(hosts, func(host string) bool { return host == "*" })
	mode, _, _ := unstructured.NestedString(server, "tls", "mode")
	mutual := mode == "MUTUAL" || mode == "OPTIONAL_MUTUAL"
	names, _, _ := unstructured.NestedStringSlice(server, "tls", "credentialNames")
	if name, _, _ := unstructured.NestedString(server, "tls", "credentialName"); name != "" {
		names = append(names, name)
	}
	trust, _, _ := unstructured.NestedString(server, "tls", "caCertCredentialName")
	for _, name := range names {
		if strings.Contains(name, "://") || s.has("Secret", namespace, name) {
			continue
		}
		o, err := s.adapter.secret(namespace, name, hosts, true, mutual && trust == "" && !s.has("Secret", namespace, name+"-cacert"))
		if err != nil {
			return err
		}
		s.add(o, "it is made")
	}
	if trust != "" && !strings.Contains(trust, "://") && !s.has("Secret", namespace, trust) {
		o, err := s.adapter.secret(namespace, trust, nil, false, true)
		if err != nil {
			return err
		}
		s.add(o, "it is made")
	}
	return nil
}

// secretHosts lists the server names under which each Secret is served, in any namespace.
func secretHosts(objects []*unstructured.Unstructured) map[string][]string {
	hosts := map[string][]string{}
	for _, o := range objects {
		if o.GetKind() != "Gateway" {
			continue
		}
		for _, server := range list(o.Object, "spec", "servers") {
			name, _, _ := unstructured.NestedString(server, "tls", "credentialName")
			names, _, _ := unstructured.NestedStringSlice(server, "hosts")
			for _, secret := range objects {
				if secret.GetKind() == "Secret" && secret.GetName() == name {
					for _, host := range names {
						if host = host[strings.Index(host, "/")+1:]; host != "*" {
							hosts[key(secret)] = append(hosts[key(secret)], host)
						}
					}
				}
			}
		}
	}
	return hosts
}
