package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	multierror "github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"

	"istio.io/istio/manifests"
	kubecrd "istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
)

// objects are the manifests of a job that the API server and the webhook take.
type objects struct {
	configs []config.Config
	core    []*unstructured.Unstructured
	refused []Refusal
}

func newValidator(directory string) (*crd.Validator, error) {
	text, err := manifests.FS.ReadFile("charts/base/files/crd-all.gen.yaml")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(directory, "crds.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	return crd.NewValidatorFromFiles(file)
}

func readObjects(text string, validator *crd.Validator) (*objects, error) {
	found := map[string]*unstructured.Unstructured{}
	var order []string
	decoder := kubeyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 64*1024)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if len(object.Object) == 0 {
			continue
		}
		if object.GetNamespace() == "" && object.GetKind() != "Namespace" {
			object.SetNamespace("default")
		}
		key := object.GroupVersionKind().GroupKind().String() + " " + object.GetNamespace() + "/" + object.GetName()
		if found[key] == nil {
			order = append(order, key)
		}
		found[key] = object
	}
	result := &objects{}
	for _, key := range order {
		object := found[key]
		if !strings.HasSuffix(object.GroupVersionKind().Group, "istio.io") {
			result.core = append(result.core, object)
			continue
		}
		converted, err := accept(object, validator)
		if err != nil {
			result.refused = append(result.refused, Refusal{Object: object.GetKind() + " " + object.GetNamespace() + "/" + object.GetName(), Reason: err.Error()})
			continue
		}
		result.configs = append(result.configs, *converted)
	}
	return result, nil
}

// accept does what the API server does by the CustomResourceDefinition, and then what Istio's webhook does.
func accept(object *unstructured.Unstructured, validator *crd.Validator) (*config.Config, error) {
	if err := validator.ValidateCustomResource(object.DeepCopy()); err != nil {
		return nil, err
	}
	for key := range object.Object {
		if !strings.Contains(" apiVersion kind metadata spec status ", " "+key+" ") {
			return nil, fmt.Errorf("unknown field %s", key)
		}
	}
	kind := object.GroupVersionKind()
	schema, ok := collections.Pilot.FindByGroupVersionAliasesKind(configKind(kind.Group, kind.Version, kind.Kind))
	if !ok {
		return nil, fmt.Errorf("unknown kind %s", kind)
	}
	text, err := json.Marshal(object.Object)
	if err != nil {
		return nil, err
	}
	var read kubecrd.IstioKind
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, err
	}
	converted, err := kubecrd.ConvertObject(schema, &read, "cluster.local")
	if err != nil {
		return nil, err
	}
	if _, err := schema.ValidateConfig(*converted); err != nil {
		var several *multierror.Error
		if errors.As(err, &several) && len(several.Errors) == 0 {
			return converted, nil
		}
		return nil, err
	}
	return converted, nil
}

func configKind(group, version, kind string) config.GroupVersionKind {
	return config.GroupVersionKind{Group: group, Version: version, Kind: kind}
}
