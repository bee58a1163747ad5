package kyma

import (
	"embed"
	"encoding/base64"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

//go:embed recorded/*.yaml
var recorded embed.FS

type recording struct {
	Given []*unstructured.Unstructured
	Made  []struct {
		Kind, Namespace, Name, GenerateName, Type string
		Labels                                    map[string]string
		Spec, Data                                any
	}
	Said map[string]string
}

// TestTheOperatorsOwnObjectsAndWords compares the player with what the operator's reconcilers did.
func TestTheOperatorsOwnObjectsAndWords(t *testing.T) {
	files, err := recorded.ReadDir("recorded")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(file.Name(), func(t *testing.T) {
			content, err := recorded.ReadFile("recorded/" + file.Name())
			if err != nil {
				t.Fatal(err)
			}
			var r recording
			if err := yaml.Unmarshal(content, &r); err != nil {
				t.Fatal(err)
			}
			made, said := play(t, r.Given)
			for name, words := range r.Said {
				_, reason, _ := strings.Cut(words, ": ")
				if !strings.HasPrefix(words, "Ready") && !strings.HasPrefix(words, "Processing") && !strings.Contains(words, said[name]) || (said[name] == "") != (strings.HasPrefix(words, "Ready") || strings.HasPrefix(words, "Processing")) {
					t.Errorf("%s: the operator says `%s`, the player `%s`", name, reason, said[name])
				}
			}
			var want []string
			for _, o := range r.Made {
				name := o.Name
				if o.GenerateName != "" {
					name = o.GenerateName + "*"
				}
				want = append(want, describe(o.Kind, o.Namespace, name, o.Labels, o.Spec, o.Data))
			}
			var got []string
			for _, o := range made {
				name := o.GetName()
				if _, generated := o.GetLabels()[ruleNameLabel]; generated {
					name = o.GetLabels()[ruleNameLabel] + "-*"
				}
				got = append(got, describe(o.GetKind(), o.GetNamespace(), name, o.GetLabels(), o.Object["spec"], o.Object["data"]))
			}
			sort.Strings(want)
			sort.Strings(got)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// describe is one object as text; of a script only the list of subjects.
func describe(kind, namespace, name string, labels map[string]string, spec, data any) string {
	text, err := yaml.Marshal([]any{plain(labels), withoutScript(plain(spec)), plain(data)})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %s/%s\n%s", kind, namespace, name, text)
}

func withoutScript(value any) any {
	switch value := value.(type) {
	case object:
		for key, one := range value {
			value[key] = withoutScript(one)
		}
	case []any:
		for i, one := range value {
			value[i] = withoutScript(one)
		}
	case string:
		if strings.HasPrefix(value, "local expectedSubjects") {
			list, _, _ := strings.Cut(value, "\n}\n")
			return list
		}
	}
	return value
}

// memory is a cluster of given objects.
type memory map[string]*unstructured.Unstructured

func (m memory) put(o *unstructured.Unstructured) {
	m[o.GetKind()+"/"+o.GetNamespace()+"/"+o.GetName()] = o
}

func (m memory) Selector(namespace, name string) (map[string]string, error) {
	o := m["Service/"+namespace+"/"+name]
	if o == nil {
		return nil, nil
	}
	selector, _, err := unstructured.NestedStringMap(o.Object, "spec", "selector")
	return selector, err
}

func (m memory) Secret(namespace, name string) (map[string][]byte, error) {
	o := m["Secret/"+namespace+"/"+name]
	if o == nil {
		return nil, nil
	}
	data := map[string][]byte{}
	given, _, _ := unstructured.NestedStringMap(o.Object, "stringData")
	for key, value := range given {
		data[key] = []byte(value)
	}
	encoded, _, _ := unstructured.NestedStringMap(o.Object, "data")
	for key, value := range encoded {
		content, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, err
		}
		data[key] = content
	}
	return data, nil
}

func (m memory) ConfigMap(namespace, name string) (map[string]string, error) {
	o := m["ConfigMap/"+namespace+"/"+name]
	if o == nil {
		return nil, nil
	}
	data, _, err := unstructured.NestedStringMap(o.Object, "data")
	return data, err
}

func (m memory) HasGateway(namespace, name string) (bool, error) {
	return m["Gateway/"+namespace+"/"+name] != nil, nil
}

func (m memory) Occupants(host string) ([]map[string]string, error) {
	var found []map[string]string
	for _, o := range m {
		hosts, _, _ := unstructured.NestedStringSlice(o.Object, "spec", "hosts")
		for _, h := range hosts {
			if o.GetKind() == "VirtualService" && h == host {
				found = append(found, o.GetLabels())
			}
		}
	}
	return found, nil
}

func play(t *testing.T, given []*unstructured.Unstructured) (made memory, said map[string]string) {
	t.Helper()
	cluster, made, said := memory{}, memory{}, map[string]string{}
	for _, o := range given {
		cluster.put(o)
	}
	for _, kind := range []string{"ExternalGateway", "APIRule"} {
		for _, o := range given {
			if o.GetKind() != kind {
				continue
			}
			reconcile := Reconcile
			if kind == "ExternalGateway" {
				reconcile = ReconcileExternal
			}
			objects, err := reconcile(o, cluster)
			if err != nil && !IsRefusal(err) {
				t.Fatal(err)
			}
			if err != nil {
				said[kind+"/"+o.GetNamespace()+"/"+o.GetName()] = err.Error()
			}
			for _, one := range objects {
				cluster.put(one)
				made.put(one)
			}
		}
	}
	return made, said
}
