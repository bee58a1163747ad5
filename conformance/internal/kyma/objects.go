package kyma

import (
	"bytes"
	"encoding/json"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// decode is strict inside spec, so that a field which is not played is an error.
func decode(source object, metadata, spec any) error {
	content, err := json.Marshal(source["metadata"])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, metadata); err != nil {
		return err
	}
	if content, err = json.Marshal(source["spec"]); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	return decoder.Decode(spec)
}

const (
	ruleNameLabel      = "apirule.gateway.kyma-project.io/name"
	ruleNamespaceLabel = "apirule.gateway.kyma-project.io/namespace"
)

func newObject(apiVersion, kind, namespace, name string, spec object, labels map[string]string) *unstructured.Unstructured {
	created := &unstructured.Unstructured{Object: object{"apiVersion": apiVersion, "kind": kind, "spec": plain(spec)}}
	created.SetNamespace(namespace)
	created.SetName(name)
	for _, key := range []string{"app.kubernetes.io/component", "app.kubernetes.io/part-of", "kyma-project.io/module"} {
		labels[key] = "api-gateway"
	}
	created.SetLabels(labels)
	return created
}

func with(labels map[string]string, key, value string) map[string]string {
	labels[key] = value
	return labels
}

// plain turns typed maps and lists into those that unstructured objects may hold.
func plain(value any) any {
	content, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps of strings and numbers always encode
	}
	var result any
	decoder := json.NewDecoder(bytes.NewReader(content))
	if err := decoder.Decode(&result); err != nil {
		panic(err)
	}
	return result
}

func strings2any(list []string) []any {
	var result []any
	for _, s := range list {
		result = append(result, s)
	}
	return result
}

func intersect(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
