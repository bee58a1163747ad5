package replay

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var workloadKinds = []string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"}

func isWorkload(o *unstructured.Unstructured) bool {
	return slices.Contains(workloadKinds, o.GetKind()) && (o.GetAPIVersion() == "apps/v1" || o.GetAPIVersion() == "v1")
}

func podTemplate(o *unstructured.Unstructured) map[string]any {
	if o.GetKind() == "Pod" {
		return o.Object
	}
	template, _, _ := unstructured.NestedMap(o.Object, "spec", "template")
	return template
}

func podLabels(o *unstructured.Unstructured) map[string]string {
	labels, _, _ := unstructured.NestedStringMap(podTemplate(o), "metadata", "labels")
	return labels
}

// isGateway tells pods whose one container istiod fills in: they stay as they are.
func isGateway(o *unstructured.Unstructured) bool {
	annotations, _, _ := unstructured.NestedStringMap(podTemplate(o), "metadata", "annotations")
	return annotations["inject.istio.io/templates"] == "gateway"
}

// play replaces the containers of a workload by one server that says what reached it; labels, annotations and ServiceAccount stay.
func (a *adapter) play(o *unstructured.Unstructured, objects []*unstructured.Unstructured) *unstructured.Unstructured {
	if isGateway(o) {
		return o
	}
	template := podTemplate(o)
	annotations, _, _ := unstructured.NestedStringMap(template, "metadata", "annotations")
	account, _, _ := unstructured.NestedString(template, "spec", "serviceAccountName")
	ports := containerPorts(template)
	for _, service := range objects {
		if service.GetKind() == "Service" && namespaceOf(service) == namespaceOf(o) && selects(selectorOf(service), podLabels(o)) {
			ports = append(ports, targetPorts(service)...)
		}
	}
	a.tell("%s: its containers are played by a server of the rig", reference(o))
	return echo(namespaceOf(o), o.GetName(), account, podLabels(o), annotations, ports)
}

type port struct {
	name   string
	number int64
}

func containerPorts(template map[string]any) []port {
	var ports []port
	for _, c := range list(template, "spec", "containers") {
		for _, p := range list(c, "ports") {
			name, _, _ := unstructured.NestedString(p, "name")
			if number, _, _ := unstructured.NestedInt64(p, "containerPort"); number > 0 {
				ports = append(ports, port{name, number})
			}
		}
	}
	return ports
}

func targetPorts(service *unstructured.Unstructured) []port {
	var ports []port
	for _, p := range list(service.Object, "spec", "ports") {
		number, found, _ := unstructured.NestedInt64(p, "targetPort")
		if _, named, _ := unstructured.NestedString(p, "targetPort"); !found && !named {
			number, _, _ = unstructured.NestedInt64(p, "port")
		}
		if number > 0 {
			ports = append(ports, port{"", number})
		}
	}
	return ports
}

// echo is a Deployment of the server.
func echo(namespace, name, account string, labels, annotations map[string]string, ports []port) *unstructured.Unstructured {
	numbers := map[int64]string{}
	for _, p := range ports {
		if numbers[p.number] == "" {
			numbers[p.number] = p.name
		}
	}
	if len(numbers) == 0 {
		numbers[8080] = ""
	}
	args, declared := []any{namespace + "/" + name}, []any{}
	for _, number := range slices.Sorted(maps.Keys(numbers)) {
		args = append(args, strconv.FormatInt(number, 10))
		one := map[string]any{"containerPort": number}
		if numbers[number] != "" {
			one["name"] = numbers[number]
		}
		declared = append(declared, one)
	}
	if len(labels) == 0 {
		labels = map[string]string{"app": name}
	}
	if account == "" {
		account = "default"
	}
	o := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": anyMap(labels)},
			"template": map[string]any{
				"metadata": map[string]any{"labels": anyMap(labels), "annotations": anyMap(annotations)},
				"spec": map[string]any{"serviceAccountName": account, "containers": []any{map[string]any{
					"name": "server", "image": "rig/echo", "args": args, "ports": declared,
				}}},
			},
		},
	}}
	o.SetNamespace(namespace)
	o.SetName(name)
	return o
}

func anyMap(m map[string]string) map[string]any {
	out := map[string]any{}
	for key, value := range m {
		out[key] = value
	}
	return out
}

func selectorOf(service *unstructured.Unstructured) map[string]string {
	selector, _, _ := unstructured.NestedStringMap(service.Object, "spec", "selector")
	return selector
}

func selects(selector, labels map[string]string) bool {
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return len(selector) > 0
}

func list(object map[string]any, path ...string) []map[string]any {
	items, _, _ := unstructured.NestedSlice(object, path...)
	var found []map[string]any
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			found = append(found, m)
		}
	}
	return found
}

func servicePort(number int64) map[string]any {
	return map[string]any{"name": fmt.Sprintf("http-%d", number), "port": number, "targetPort": number}
}
