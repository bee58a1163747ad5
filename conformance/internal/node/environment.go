package node

import (
	"fmt"
	"sort"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/fieldpath"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"

	"conformance/internal/sandbox"
)

// environment computes a container's variables as kubelet does: envFrom, then env, each value expanded with what came before.
func (p *pod) environment(c corev1.Container) (map[string]string, error) {
	environment := map[string]string{
		"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/", "HOSTNAME": p.object.Name,
		"KUBERNETES_SERVICE_HOST": sandbox.KubernetesAddress, "KUBERNETES_SERVICE_PORT": "443",
	}
	for _, source := range c.EnvFrom {
		data, err := p.environmentSource(source)
		if err != nil {
			return nil, err
		}
		for key, value := range data {
			environment[source.Prefix+key] = value
		}
	}
	for _, variable := range c.Env {
		if variable.ValueFrom == nil {
			environment[variable.Name] = expansion.Expand(variable.Value, expansion.MappingFuncFor(environment))
			continue
		}
		value, set, err := p.valueFrom(variable.ValueFrom)
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", variable.Name, err)
		}
		if set {
			environment[variable.Name] = value
		}
	}
	return environment, nil
}

func (p *pod) environmentSource(source corev1.EnvFromSource) (map[string]string, error) {
	switch {
	case source.ConfigMapRef != nil:
		return p.agent.configMap(p.object.Namespace, source.ConfigMapRef.Name, source.ConfigMapRef.Optional)
	case source.SecretRef != nil:
		return p.agent.secret(p.object.Namespace, source.SecretRef.Name, source.SecretRef.Optional)
	}
	return nil, nil
}

func (p *pod) valueFrom(source *corev1.EnvVarSource) (value string, set bool, err error) {
	switch {
	case source.FieldRef != nil:
		value, err = p.field(source.FieldRef.FieldPath)
		return value, true, err
	case source.ResourceFieldRef != nil:
		return resourceField(source.ResourceFieldRef), true, nil
	case source.SecretKeyRef != nil:
		data, err := p.agent.secret(p.object.Namespace, source.SecretKeyRef.Name, source.SecretKeyRef.Optional)
		value, set = data[source.SecretKeyRef.Key]
		return value, set, err
	case source.ConfigMapKeyRef != nil:
		data, err := p.agent.configMap(p.object.Namespace, source.ConfigMapKeyRef.Name, source.ConfigMapKeyRef.Optional)
		value, set = data[source.ConfigMapKeyRef.Key]
		return value, set, err
	}
	return "", false, fmt.Errorf("source is not supported")
}

func (p *pod) field(path string) (string, error) {
	switch path {
	case "spec.nodeName":
		return Name, nil
	case "spec.serviceAccountName":
		return p.object.Spec.ServiceAccountName, nil
	case "status.podIP", "status.podIPs":
		return p.address, nil
	case "status.hostIP", "status.hostIPs":
		return sandbox.NodeAddress, nil
	}
	return fieldpath.ExtractFieldPathAsString(p.object, path)
}

// resourceField answers with two processors and 2 GiB; the rig limits nothing.
func resourceField(selector *corev1.ResourceFieldSelector) string {
	if selector.Resource == "limits.memory" || selector.Resource == "requests.memory" {
		return fmt.Sprint(2 << 30)
	}
	return "2"
}

func expand(words []string, environment map[string]string) []string {
	expanded := make([]string, 0, len(words))
	for _, word := range words {
		expanded = append(expanded, expansion.Expand(word, expansion.MappingFuncFor(environment)))
	}
	return expanded
}

func environmentList(environment map[string]string) []string {
	var list []string
	for name, value := range environment {
		list = append(list, name+"="+value)
	}
	sort.Strings(list)
	return list
}
