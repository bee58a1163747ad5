package kyma

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func reconcile(t *testing.T, spec string) ([]*unstructured.Unstructured, error) {
	t.Helper()
	content := object{}
	if err := yaml.Unmarshal([]byte(spec), &content); err != nil {
		t.Fatal(err)
	}
	source := &unstructured.Unstructured{Object: object{
		"apiVersion": "gateway.kyma-project.io/v2", "kind": "APIRule", "metadata": object{"name": "r", "namespace": "demo"}, "spec": content,
	}}
	cluster := memory{}
	for _, known := range []struct{ kind, namespace, name string }{{"Gateway", "ns", "gw"}, {"Service", "demo", "httpbin"}, {"Service", "demo", "s"}} {
		cluster.put(&unstructured.Unstructured{Object: object{"kind": known.kind, "metadata": object{"namespace": known.namespace, "name": known.name}, "spec": object{"selector": object{"app": "httpbin"}}}})
	}
	return Reconcile(source, cluster)
}

func rendered(t *testing.T, o *unstructured.Unstructured) string {
	t.Helper()
	text, err := json.Marshal(o.Object["spec"])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNoAuthRuleBecomesRouteAndPolicyForTheGateway(t *testing.T) {
	objects, err := reconcile(t, `{gateway: ns/gw, hosts: [h.example.com], service: {name: httpbin, port: 8000}, rules: [{path: /*, methods: [GET], noAuth: true}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(objects) != 2 || objects[0].GetKind() != "AuthorizationPolicy" || objects[1].GetKind() != "VirtualService" {
		t.Fatalf("objects %v", objects)
	}
	want := `{"rules":[{"from":[{"source":{"principals":["cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"]}}],` +
		`"to":[{"operation":{"hosts":["h.example.com"],"methods":["GET"],"paths":["/{**}"]}}]}],"selector":{"matchLabels":{"app":"httpbin"}}}`
	if got := rendered(t, objects[0]); got != want {
		t.Errorf("policy\n got %s\nwant %s", got, want)
	}
	if route := rendered(t, objects[1]); !strings.Contains(route, `"match":[{"method":{"regex":"^(GET)$"},"uri":{"prefix":"/"}}]`) {
		t.Errorf("route %s", route)
	}
}

func TestRequiredScopesMayBeInAnyOfThreeClaims(t *testing.T) {
	objects, err := reconcile(t, `{gateway: ns/gw, hosts: [h.test], service: {name: s, port: 1}, rules: [{path: /a, methods: [GET], jwt: {
authentications: [{issuer: https://i, jwksUri: https://i/keys}], authorizations: [{requiredScopes: [read], audiences: [a1]}]}}]}`)
	if err != nil {
		t.Fatal(err)
	}
	text := rendered(t, objects[0])
	for _, want := range []string{"request.auth.claims[scp]", "request.auth.claims[scope]", "request.auth.claims[scopes]", "https://i/*"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	if strings.Count(text, "request.auth.claims[aud]") != 3 {
		t.Errorf("the audience is not in every rule: %s", text)
	}
}

func TestEarlierPathOfTheSameMethodIsExcluded(t *testing.T) {
	objects, err := reconcile(t, `{gateway: ns/gw, hosts: [h.test], service: {name: s, port: 1}, rules: [
{path: "/a/{*}", methods: [GET], noAuth: true}, {path: /b, methods: [POST], noAuth: true}, {path: "/{**}", methods: [GET], noAuth: true}]}`)
	if err != nil {
		t.Fatal(err)
	}
	if text := rendered(t, objects[2]); !strings.Contains(text, `"notPaths":["/a/{*}"]`) {
		t.Errorf("policy %s", text)
	}
}

func TestWhatIsNotPlayedIsAnError(t *testing.T) {
	for _, spec := range []string{
		`{gateway: ns/gw, hosts: [h.test], service: {name: s, port: 1}, rules: [{path: /a, methods: [GET], extAuth: {}}]}`,
		`{gateway: ns/gw, hosts: [h.test], service: {name: s, port: 1}, corsPolicy: {}, rules: []}`,
		`{gateway: gw, hosts: [h.test], rules: []}`,
		`{gateway: ns/gw, hosts: [h.test], rules: [{path: /a, methods: [GET], noAuth: true}]}`,
	} {
		if _, err := reconcile(t, spec); err == nil {
			t.Errorf("no error for %s", spec)
		}
	}
}

func TestTheWebhookRefusesTheOldVersionAndNoOther(t *testing.T) {
	for version, allowed := range map[string]bool{"v1beta1": false, "v2": true, "v2alpha1": true} {
		body := fmt.Sprintf(`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","resource":{"group":"gateway.kyma-project.io","version":"%s","resource":"apirules"}}}`, version)
		answer := httptest.NewRecorder()
		refuseOldVersion(answer, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		var review struct {
			Response struct {
				UID     string
				Allowed bool
			}
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &review); err != nil || review.Response.Allowed != allowed || review.Response.UID != "u" {
			t.Errorf("%s: %s %v", version, answer.Body, err)
		}
	}
}
