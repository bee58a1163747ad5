package mesh

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Dump is the configuration that an Envoy works with: listeners, routes, clusters and certificates, without private keys.
func (m *Mesh) Dump(ctx context.Context, pod *corev1.Pod) (map[string]any, error) {
	body, err := get(ctx, pod, http.MethodGet, 15000, "/config_dump")
	if err != nil {
		return nil, err
	}
	dump := map[string]any{}
	if err := json.Unmarshal(body, &dump); err != nil {
		return nil, err
	}
	redact(dump)
	return dump, nil
}

// redact goes beyond Envoy's own redaction, which knows only the fields that are marked as sensitive.
func redact(value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, field := range value {
			text, isText := field.(string)
			if key == "private_key" || key == "password" || isText && strings.Contains(text, "PRIVATE KEY") {
				value[key] = "[redacted]"
				continue
			}
			redact(field)
		}
	case []any:
		for _, item := range value {
			redact(item)
		}
	}
}

// Outline shortens a dump to what decides about requests: listeners with their server names and policies, and the hosts of routes.
func Outline(dump map[string]any) []string {
	var lines []string
	walk(dump, func(m map[string]any) {
		name, _ := m["name"].(string)
		switch kind, _ := m["@type"].(string); {
		case name == "" || strings.HasSuffix(name, "_15021") || strings.HasSuffix(name, "_15090"): // Istio's own
		case strings.HasSuffix(kind, "listener.v3.Listener"):
			var names, policies []string
			walk(m, func(inner map[string]any) {
				names = append(names, texts(inner["server_names"])...)
				if rules, ok := inner["rules"].(map[string]any); ok {
					if list, ok := rules["policies"].(map[string]any); ok {
						action, _ := rules["action"].(string)
						for name := range list {
							policies = append(policies, strings.TrimSpace(action+" "+name))
						}
					}
				}
			})
			lines = append(lines, fmt.Sprintf("listener %s: names %s; policies %s", name, orNone(names), orNone(policies)))
		case strings.HasSuffix(kind, "route.v3.RouteConfiguration"):
			var domains []string
			walk(m, func(inner map[string]any) { domains = append(domains, texts(inner["domains"])...) })
			lines = append(lines, fmt.Sprintf("routes %s: hosts %s", name, orNone(domains)))
		}
	})
	sort.Strings(lines)
	return lines
}

func walk(value any, visit func(map[string]any)) {
	switch value := value.(type) {
	case map[string]any:
		visit(value)
		for _, field := range value {
			walk(field, visit)
		}
	case []any:
		for _, item := range value {
			walk(item, visit)
		}
	}
}

func texts(value any) []string {
	list, _ := value.([]any)
	var found []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			found = append(found, text)
		}
	}
	return found
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	sort.Strings(words)
	return strings.Join(words, " ")
}

// Refusals are the words with which Envoys have refused their last push, by proxy and type.
func (m *Mesh) Refusals(ctx context.Context) ([]string, error) {
	istiod, err := m.istiod(ctx)
	if err != nil {
		return nil, err
	}
	status, err := m.syncStatus(ctx, istiod)
	if err != nil {
		return nil, err
	}
	var lines []string
	for proxy, types := range status {
		for kind, s := range types {
			if s.LastError != "" {
				lines = append(lines, fmt.Sprintf("%s refused %s: %s", proxy, shortType(kind), s.LastError))
			}
		}
	}
	sort.Strings(lines)
	return lines, nil
}

// Pods lists the pods with a label `app`.
func (m *Mesh) Pods(ctx context.Context, namespace, app string) ([]corev1.Pod, error) {
	pods, err := m.Plane.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app})
	if err != nil {
		return nil, err
	}
	return pods.Items, nil
}
