package replay

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestMistakesInAFileAreErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{`{"requests": []}`, "no request is given"},
		{`{"requests": [{"id": "1", "host": "h", "ports": 1}]}`, `unknown field "ports"`},
		{`{"requests": [{"host": "h"}]}`, "`id` and `host` are needed"},
		{`{"requests": [{"id": "1", "host": "h"}, {"id": "1", "host": "h"}]}`, "the id `1` is used twice"},
		{`{"requests": [{"id": "1", "host": "h", "client": "moon"}]}`, "invalid client `moon`"},
		{`{"requests": [{"id": "1", "host": "h", "client": "in-mesh"}]}`, "`service` goes with in-mesh clients"},
		{`{"requests": [{"id": "1", "host": "h", "identity": "x"}]}`, "`identity` is for in-mesh clients"},
		{`{"requests": [{"id": "1", "host": "h", "client": "plaintext", "certificate": {}}]}`, "`certificate` is for clients with TLS"},
		{`{"requests": [{"id": "1", "host": "h", "token": {}}]}`, "a token has either `claims` or `compact`"},
	} {
		file := filepath.Join(t.TempDir(), "f.json")
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(file); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

func TestEveryCommittedReplayIsWellFormed(t *testing.T) {
	files, err := filepath.Glob("../../replay/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no file found", err)
	}
	for _, file := range files {
		f, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if objects, err := f.manifests(); err != nil || len(objects) == 0 {
			t.Errorf("%s: %d objects, %v", file, len(objects), err)
		}
	}
}

func testAdapter(t *testing.T, requests ...Request) *adapter {
	authorities, err := newAuthorities(requests)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := newSigner()
	if err != nil {
		t.Fatal(err)
	}
	return &adapter{authorities: authorities, keys: keys, ports: map[int64]bool{}}
}

func object(t *testing.T, text string) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	if err := o.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestAnchorsAreThoseOfTheSecretsThatAcceptACertificateAndNeverOfStrangers(t *testing.T) {
	a := testAdapter(t,
		Request{ID: "everywhere", Certificate: &Certificate{Issuer: "CN=everywhere"}},
		Request{ID: "somewhere", Certificate: &Certificate{Issuer: "CN=somewhere", AcceptedBy: []string{"n/a"}}},
		Request{ID: "stranger", Certificate: &Certificate{Issuer: "CN=stranger", Foreign: true}},
	).authorities
	for _, test := range []struct {
		secret string
		count  int
	}{{"n/a", 3}, {"n/b", 2}} { // the default issuer is always there
		bundle, err := a.anchors(test.secret)
		if err != nil || strings.Count(string(bundle), "BEGIN CERTIFICATE") != test.count {
			t.Errorf("%s: %v\n%s", test.secret, err, bundle)
		}
	}
}

func TestASecretKeepsNoKeyOfTheManifestsAndWhatCannotBeReadStays(t *testing.T) {
	a := testAdapter(t)
	anchors, err := a.authorities.anchors("x/y")
	if err != nil {
		t.Fatal(err)
	}
	certificate, private, err := a.authorities.server("other", []string{"app.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := a.secret("n", "s", nil, false, false)
	if err != nil {
		t.Fatal(err)
	}
	setContents(secret, map[string][]byte{"tls.crt": certificate, "tls.key": private, "ca.crt": anchors, "cacert": []byte("REPLACE ME"), "crl": []byte("-----BEGIN X509 CRL-----")})
	adapted, err := a.adapt([]*unstructured.Unstructured{secret})
	if err != nil {
		t.Fatal(err)
	}
	now := contents(adapted[0])
	if string(now["tls.key"]) == string(private) || !strings.Contains(string(now["tls.key"]), "PRIVATE KEY") {
		t.Error("the key is still that of the manifests, or none")
	}
	if names := serverNames(now["tls.crt"]); len(names) != 1 || names[0] != "app.example.com" {
		t.Errorf("the server certificate is for %v", names)
	}
	if string(now["cacert"]) != "REPLACE ME" || now["crl"] != nil {
		t.Errorf("cacert %q, crl %q", now["cacert"], now["crl"])
	}
	if len(a.replaced) != 3 {
		t.Errorf("told %q", a.replaced)
	}
}

func TestAWorkloadKeepsLabelsAndAccountAndLosesItsContainers(t *testing.T) {
	a := testAdapter(t)
	adapted, err := a.adapt([]*unstructured.Unstructured{
		object(t, `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"app","namespace":"n","uid":"1"},"spec":{"template":{"metadata":{"labels":{"k":"v"}},
			"spec":{"serviceAccountName":"sa","containers":[{"name":"x","image":"nginx","command":["rm"],"ports":[{"name":"web","containerPort":7777}]}]}}}}`),
		object(t, `{"apiVersion":"v1","kind":"Service","metadata":{"name":"app","namespace":"n"},"spec":{"clusterIP":"1.2.3.4","selector":{"k":"v"},"ports":[{"port":80,"targetPort":9999}]}}`),
		object(t, `{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"x"}}`),
	})
	if err != nil || len(adapted) != 2 {
		t.Fatal(adapted, err)
	}
	service, workload := adapted[0], adapted[1] // Services come first
	if _, found, _ := unstructured.NestedString(service.Object, "spec", "clusterIP"); found {
		t.Error("the address of another cluster is kept")
	}
	account, _, _ := unstructured.NestedString(workload.Object, "spec", "template", "spec", "serviceAccountName")
	containers := list(workload.Object, "spec", "template", "spec", "containers")
	if workload.GetKind() != "Deployment" || account != "sa" || podLabels(workload)["k"] != "v" || len(containers) != 1 || containers[0]["image"] != "rig/echo" || containers[0]["command"] != nil {
		t.Errorf("%v", workload.Object)
	}
	if ports := containerPorts(podTemplate(workload)); len(ports) != 2 {
		t.Errorf("ports %v", ports)
	}
}

func TestStandInsAreMadeOnceAndOnlyForWhatIsMissing(t *testing.T) {
	a := testAdapter(t)
	gateway := object(t, `{"apiVersion":"networking.istio.io/v1","kind":"Gateway","metadata":{"name":"g","namespace":"n"},"spec":{"selector":{"istio":"ingressgateway"},
		"servers":[{"hosts":["n/a.test"],"port":{"number":8443,"name":"https","protocol":"HTTPS"},"tls":{"mode":"MUTUAL","credentialName":"c"}}]}}`)
	route := object(t, `{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"v","namespace":"n"},"spec":{"http":[
		{"route":[{"destination":{"host":"app","port":{"number":80}}},{"destination":{"host":"app.n.svc.cluster.local","port":{"number":81}}},{"destination":{"host":"www.example.com"}}]}]}}`)
	s := &standIns{adapter: a, objects: []*unstructured.Unstructured{gateway, route}}
	if err := s.complete([]Request{{ID: "1", Service: "n/app", Port: 82, Identity: "spiffe://cluster.local/ns/m/sa/caller"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Service n/app", "Deployment n/app", "Secret istio-system/c", "ServiceAccount m/caller", "Namespace m", "Namespace n"} {
		count := 0
		for _, o := range s.objects {
			if reference(o) == want {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s: %d times", want, count)
		}
	}
	if !a.ports[8443] || len(s.objects) != 8 {
		t.Errorf("ports %v, %d objects", a.ports, len(s.objects))
	}
	before := len(s.objects)
	if err := s.complete(nil); err != nil || len(s.objects) != before {
		t.Errorf("a second time %d more are made, %v", len(s.objects)-before, err)
	}
}

func TestKeysInPlaceStayBesideThoseOfTheRig(t *testing.T) {
	a := testAdapter(t)
	o := object(t, `{"apiVersion":"security.istio.io/v1","kind":"RequestAuthentication","metadata":{"name":"r"},"spec":{"jwtRules":[
		{"issuer":"a","jwksUri":"https://a/keys"},{"issuer":"b","jwks":"{\"keys\":[{\"kty\":\"oct\",\"kid\":\"theirs\",\"k\":\"AA\"}]}"}]}}`)
	a.replaceKeys(o)
	rules := list(o.Object, "spec", "jwtRules")
	if rules[0]["jwksUri"] != nil || !strings.Contains(rules[0]["jwks"].(string), "key-1") || !strings.Contains(rules[1]["jwks"].(string), "theirs") || !strings.Contains(rules[1]["jwks"].(string), "key-1") {
		t.Errorf("%v", rules)
	}
	text, err := a.keys.text(&Token{Claims: map[string]any{"sub": "me"}})
	payload, _ := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil || strings.Contains(string(payload), `"iss"`) || !strings.Contains(string(payload), `"exp"`) {
		t.Errorf("%s %v", payload, err)
	}
}

func TestGatewaysThatRoutesAreBoundToAreMadeOnceWithAllTheirHosts(t *testing.T) {
	route := func(name, gateways, hosts string) *unstructured.Unstructured {
		return object(t, `{"apiVersion":"networking.istio.io/v1","kind":"VirtualService","metadata":{"name":"`+name+`","namespace":"n"},"spec":{"gateways":`+gateways+`,"hosts":`+hosts+`}}`)
	}
	s := &standIns{adapter: testAdapter(t), objects: []*unstructured.Unstructured{
		route("one", `["kyma-system/kyma-gateway","mesh","present"]`, `["a.example.com"]`),
		route("two", `["kyma-gateway.kyma-system.svc.cluster.local"]`, `["b.example.com","a.example.com"]`),
		object(t, `{"apiVersion":"networking.istio.io/v1","kind":"Gateway","metadata":{"name":"present","namespace":"n"},"spec":{}}`),
		object(t, `{"apiVersion":"gateway.kyma-project.io/v1beta1","kind":"APIRule","metadata":{"name":"old","namespace":"n"},"spec":{}}`),
	}}
	if err := s.complete(nil); err != nil {
		t.Fatal(err)
	}
	var made []string
	for _, o := range s.objects {
		if o.GetKind() == "Gateway" && o.GetAnnotations()[madeHere] != "" {
			hosts, _, _ := unstructured.NestedStringSlice(list(o.Object, "spec", "servers")[0], "hosts")
			made = append(made, key(o)+" "+strings.Join(hosts, " "))
		}
	}
	if strings.Join(made, ";") != "kyma-system/kyma-gateway a.example.com b.example.com" {
		t.Error(made)
	}
	adapted, err := s.adapter.adapt([]*unstructured.Unstructured{object(t, `{"apiVersion":"gateway.kyma-project.io/v1beta1","kind":"APIRule","metadata":{"name":"old","namespace":"n"},"spec":{}}`)})
	if err != nil || len(adapted) != 0 {
		t.Error("the operator's webhook refuses v1beta1", adapted, err)
	}
}
