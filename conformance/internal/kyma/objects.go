package kyma

import (
	"bytes"
	"encoding/json"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// decode is strict inside spec, so that a field which is not played is an error.
func decode(source object, target *apiRule) error {
	metadata, err := json.Marshal(source["metadata"])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(metadata, &target.Metadata); err != nil {
		return err
	}
	spec, err := json.Marshal(source["spec"])
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(spec))
	decoder.DisallowUnknownFields()
	return decoder.Decode(&target.Spec)
}

func newObject(apiVersion, kind, namespace, name string, spec object) *unstructured.Unstructured {
	created := &unstructured.Unstructured{Object: object{"apiVersion": apiVersion, "kind": kind, "spec": plain(spec)}}
	created.SetNamespace(namespace)
	created.SetName(name)
	created.SetLabels(map[string]string{"app.kubernetes.io/managed-by": "rig-in-place-of-api-gateway"})
	return created
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
