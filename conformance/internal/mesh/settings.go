package mesh

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sort"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// settingsLag compares the settings by which istiod works with the mesh's ConfigMap.
func (m *Mesh) settingsLag(ctx context.Context) (string, error) {
	config, err := m.Plane.Client.CoreV1().ConfigMaps(SystemNamespace).Get(ctx, "istio", metav1.GetOptions{})
	if err != nil {
		return err.Error(), nil
	}
	written := map[string]any{}
	if err := yaml.Unmarshal([]byte(config.Data["mesh"]), &written); err != nil {
		return "", fmt.Errorf("ConfigMap %s/istio: %w", SystemNamespace, err)
	}
	istiod, err := m.istiod(ctx)
	if err != nil {
		return err.Error(), nil
	}
	body, err := get(ctx, istiod, http.MethodGet, 8080, "/debug/mesh")
	if err != nil {
		return err.Error(), nil
	}
	used := map[string]any{}
	if err := json.Unmarshal(body, &used); err != nil {
		return "", err
	}
	return differingSetting(written, used), nil
}

// differingSetting names a setting that is written and not used. istiod fills in defaults, but for aliases of the trust domain, and leaves out what is empty.
func differingSetting(written, used map[string]any) string {
	if aliases := used["trustDomainAliases"]; isEmpty(written["trustDomainAliases"]) && !isEmpty(aliases) {
		return fmt.Sprintf("istiod still has trustDomainAliases: %v", aliases)
	}
	names := make([]string, 0, len(written))
	for name := range written {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if !isWithin(written[name], used[name]) {
			return fmt.Sprintf("istiod has %s: %v, the ConfigMap %v", name, used[name], written[name])
		}
	}
	return ""
}

func isWithin(written, used any) bool {
	if isEmpty(written) {
		return isEmpty(used)
	}
	fields, isMap := written.(map[string]any)
	if !isMap {
		return reflect.DeepEqual(written, used)
	}
	others, _ := used.(map[string]any)
	for name, value := range fields {
		if !isWithin(value, others[name]) {
			return false
		}
	}
	return true
}

// isEmpty tells what JSON of protocol buffers leaves out.
func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case bool:
		return !value
	case string:
		return value == ""
	case float64:
		return value == 0
	case []any:
		return len(value) == 0
	case map[string]any:
		for _, one := range value {
			if !isEmpty(one) {
				return false
			}
		}
		return true
	}
	return false
}
