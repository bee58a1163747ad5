package kyma

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// systemNamespace is where the operator puts what belongs to an ExternalGateway, but for its Gateway.
const systemNamespace = "istio-system"

// Domain is that of the cluster, where no Gardener says another.
const Domain = "local.kyma.dev"

// externalGateway is the part of an ExternalGateway that is played.
type externalGateway struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		ExternalDomain              string
		InternalDomain              struct{ KymaSubdomain string }
		Region                      string
		RegionsConfigMap            string
		CASecretRef                 struct{ Name, Namespace string } `json:"caSecretRef"`
		IncludeExtGatewayClientCert bool
	}
}

// ReconcileExternal returns the objects that the operator creates for an ExternalGateway, or a Refusal. Their names are made of the object's name alone,
// so that a second ExternalGateway of that name replaces what the first has in istio-system. DNS entries are not played.
func ReconcileExternal(source *unstructured.Unstructured, cluster Cluster) ([]*unstructured.Unstructured, error) {
	var e externalGateway
	if err := decode(source.Object, &e.Metadata, &e.Spec); err != nil {
		return nil, fmt.Errorf("ExternalGateway %s/%s: this part is not played: %w", source.GetNamespace(), source.GetName(), err)
	}
	name, internal := e.Metadata.Name, e.Spec.InternalDomain.KymaSubdomain+"."+Domain
	if len(name) > 50 {
		return nil, fmt.Errorf("ExternalGateway %s/%s: the short form of long names is not played", e.Metadata.Namespace, name)
	}
	certificate := e.made("cert.gardener.cloud/v1alpha1", "Certificate", systemNamespace, name+"-cert", object{
		"commonName": internal, "secretName": name + "-tls", "issuerRef": object{"name": "garden"}, "privateKey": object{"size": 4096}, "secretLabels": e.labels(),
	})
	anchor, err := e.anchor(cluster)
	if err != nil {
		return []*unstructured.Unstructured{certificate}, err
	}
	subjects, err := e.subjects(cluster)
	if err != nil {
		return []*unstructured.Unstructured{certificate, anchor}, err
	}
	mode := "FORWARD_ONLY"
	if e.Spec.IncludeExtGatewayClientCert {
		mode = "APPEND_FORWARD"
	}
	forwarding := e.filter(name+"-xfcc", "NETWORK_FILTER", nil, object{"operation": "MERGE", "value": object{"typed_config": object{
		"@type":                       "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
		"forward_client_cert_details": mode,
	}}})
	validation := e.filter(name+"-cv", "HTTP_FILTER", object{"name": "envoy.filters.http.router"}, object{"operation": "INSERT_BEFORE", "value": object{
		"name": "api_gateway.external_gateway.cert_validation." + name + "-cv",
		"typed_config": object{
			"@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua", "defaultSourceCode": object{"inlineString": subjectFilter(subjects)},
		},
	}})
	gateway := e.made("networking.istio.io/v1", "Gateway", e.Metadata.Namespace, name+"-gw", object{
		"selector": object{"istio": "ingressgateway"},
		"servers": []any{object{
			"hosts": []any{e.Spec.ExternalDomain, internal}, "port": object{"name": "https-external", "number": 443, "protocol": "HTTPS"},
			"tls": object{"mode": "MUTUAL", "credentialName": name + "-tls"},
		}},
	})
	return []*unstructured.Unstructured{certificate, anchor, forwarding, validation, gateway}, nil
}

func (e *externalGateway) labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/managed-by": "externalgateway-controller", "externalgateway.gateway.kyma-project.io/name": e.Metadata.Name,
		"externalgateway.gateway.kyma-project.io/namespace": e.Metadata.Namespace, "app.kubernetes.io/component": "api-gateway", "app.kubernetes.io/part-of": "api-gateway",
		"kyma-project.io/module": "api-gateway",
	}
}

func (e *externalGateway) made(apiVersion, kind, namespace, name string, spec object) *unstructured.Unstructured {
	return newObject(apiVersion, kind, namespace, name, spec, e.labels())
}

// anchor copies the CA.
func (e *externalGateway) anchor(cluster Cluster) (*unstructured.Unstructured, error) {
	namespace, name := e.Spec.CASecretRef.Namespace, e.Spec.CASecretRef.Name
	if namespace == "" {
		namespace = e.Metadata.Namespace
	}
	data, err := cluster.Secret(namespace, name)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, Refusal(fmt.Sprintf("failed to reconcile CA Secret: CA secret %s/%s referenced by spec.caSecretRef not found", namespace, name))
	}
	authority, found := data["ca.crt"]
	if !found {
		return nil, fmt.Errorf("ExternalGateway %s/%s: a CA Secret without `ca.crt` is not played", e.Metadata.Namespace, e.Metadata.Name)
	}
	secret := e.made("v1", "Secret", systemNamespace, e.Metadata.Name+"-tls-cacert", nil)
	delete(secret.Object, "spec")
	secret.Object["type"], secret.Object["data"] = "Opaque", plain(map[string][]byte{"ca.crt": authority})
	return secret, nil
}

// subjects are those of the region, each taken apart at comma and blank and turned round, which is how Envoy prints a subject that was written so.
func (e *externalGateway) subjects(cluster Cluster) ([]string, error) {
	data, err := cluster.ConfigMap(e.Metadata.Namespace, e.Spec.RegionsConfigMap)
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, Refusal(fmt.Sprintf("failed to resolve certificate subjects: RegionsConfigMap %s/%s not found", e.Metadata.Namespace, e.Spec.RegionsConfigMap))
	}
	text, found := data["regions.yaml"]
	if !found {
		return nil, fmt.Errorf("ExternalGateway %s/%s: regions under another key than `regions.yaml` are not played", e.Metadata.Namespace, e.Metadata.Name)
	}
	var list struct {
		Regions []struct {
			Name     string
			Subjects []string
		}
	}
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		return nil, err
	}
	for _, region := range list.Regions {
		if !strings.EqualFold(region.Name, e.Spec.Region) {
			continue
		}
		var subjects []string
		for _, subject := range region.Subjects {
			parts := strings.Split(subject, ", ")
			slices.Reverse(parts)
			subjects = append(subjects, strings.Join(parts, ","))
		}
		return subjects, nil
	}
	return nil, Refusal(fmt.Sprintf("failed to resolve certificate subjects: region %q not defined in ConfigMap %s/%s", e.Spec.Region, e.Metadata.Namespace, e.Spec.RegionsConfigMap))
}

func (e *externalGateway) filter(name, applyTo string, before, patch object) *unstructured.Unstructured {
	filter := object{"name": "envoy.filters.network.http_connection_manager"}
	if before != nil {
		filter["subFilter"] = before
	}
	return e.made("networking.istio.io/v1alpha3", "EnvoyFilter", systemNamespace, name, object{
		"workloadSelector": object{"labels": object{"app": "istio-ingressgateway", "istio": "ingressgateway"}},
		"configPatches": []any{object{
			"applyTo": applyTo, "patch": patch,
			"match": object{"context": "GATEWAY", "listener": object{"filterChain": object{"sni": e.Spec.ExternalDomain, "filter": filter}}},
		}},
	})
}

// subjectFilter is a script that answers 403 to every certificate whose subject is none of these. The operator's own differs in what it logs.
func subjectFilter(subjects []string) string {
	var lines []string
	for _, subject := range subjects {
		lines = append(lines, fmt.Sprintf("  \"%s\"", strings.NewReplacer("\\", "\\\\", `"`, "\\\"", "\n", "\\n", "\r", "\\r").Replace(subject)))
	}
	return "local expectedSubjects = {\n" + strings.Join(lines, ",\n") + "\n}\n" + `
function envoy_on_request(request)
  local connection = request:streamInfo():downstreamSslConnection()
  local subject = connection and connection:subjectPeerCertificate()
  for _, expected in ipairs(expectedSubjects) do
    if subject == expected then return end
  end
  request:respond({[":status"] = "403"}, "Forbidden")
end
`
}
