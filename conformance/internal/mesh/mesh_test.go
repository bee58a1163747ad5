package mesh

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestLaterDirectoryWinsAndIstiosOwnAreLeftOut(t *testing.T) {
	crd := func(name, mark string) string {
		return "---\nkind: CustomResourceDefinition\nmetadata: {name: " + name + "}\nspec: " + mark + "\n"
	}
	first, second := t.TempDir(), t.TempDir()
	write := func(directory, content string) {
		if err := os.WriteFile(filepath.Join(directory, "a.yaml"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(first, crd("a.example.com", "old")+crd("gateways.networking.istio.io", "istio")+"---\nkind: ConfigMap\nmetadata: {name: no}\n")
	write(second, crd("a.example.com", "new")+crd("b.example.com", "only"))
	merged, err := collectCRDs([]string{first, second})
	if err != nil {
		t.Fatal(err)
	}
	text := string(merged)
	if strings.Contains(text, "old") || strings.Contains(text, "istio") || strings.Contains(text, "ConfigMap") || !strings.Contains(text, "new") || !strings.Contains(text, "only") {
		t.Errorf("merged %s", text)
	}
	if _, err := collectCRDs([]string{t.TempDir()}); err == nil {
		t.Error("an empty directory is no error")
	}
}

func TestRejectionsAreReadFromIstiodsMetrics(t *testing.T) {
	counts, err := rejectionsIn("# HELP pilot_total_xds_rejects x\npilot_total_xds_rejects{type=\"lds\"} 2\npilot_xds_pushes{type=\"lds\"} 7\npilot_xds_cds_reject 1\n")
	if err != nil || len(counts) != 2 || counts[`pilot_total_xds_rejects{type="lds"}`] != 2 || counts["pilot_xds_cds_reject"] != 1 {
		t.Errorf("counts %v, %v", counts, err)
	}
}

func TestEnvoyLagsUntilItWasSentAndHasAcknowledged(t *testing.T) {
	pod := []*corev1.Pod{{ObjectMeta: metav1.ObjectMeta{Name: "gw", Namespace: "ns"}}}
	const route = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	state := func(cluster, routeSent, routeAcked, routeError string) map[string]map[string]resourceStatus {
		return map[string]map[string]resourceStatus{"gw.ns": {
			clusterType: {Sent: cluster, Acked: cluster}, route: {Sent: routeSent, Acked: routeAcked, LastError: routeError},
		}}
	}
	before := state("1", "1", "1", "")
	for name, test := range map[string]struct {
		now map[string]map[string]resourceStatus
		lag bool
	}{
		"nothing sent": {state("1", "1", "1", ""), true}, "not acknowledged": {state("2", "2", "1", ""), true}, "done": {state("2", "2", "2", ""), false},
		"rejected": {state("2", "2", "1", "bad"), false}, "gone": {map[string]map[string]resourceStatus{}, true},
	} {
		if lag := acknowledgementLag(pod, before, test.now); (lag != "") != test.lag {
			t.Errorf("%s: lag `%s`", name, lag)
		}
	}
}

func TestOnlyWhatEnvoyCanUseIsExpectedToArrive(t *testing.T) {
	if usable([]byte("rubbish"), []byte("rubbish"), false) != nil || usable([]byte("rubbish"), nil, true) != nil {
		t.Error("rubbish is expected to be served")
	}
}

func TestADumpIsRedactedAndOutlined(t *testing.T) {
	dump := map[string]any{}
	text := `{"configs":[{"dynamic_listeners":[{"active_state":{"listener":{"@type":"type.googleapis.com/envoy.config.listener.v3.Listener","name":"0.0.0.0_8443",
		"filter_chains":[{"filter_chain_match":{"server_names":["b.test","a.test"]},"filters":[{"typed_config":{"rules":{"action":"DENY","policies":{"ns[x]-policy[y]":{}}}}}]}]}}}]},
		{"secret":{"tls_certificate":{"certificate_chain":{"inline_bytes":"x"},"private_key":{"inline_bytes":"c2VjcmV0"}}},"other":{"inline_string":"-----BEGIN PRIVATE KEY-----"}},
		{"route_config":{"@type":"type.googleapis.com/envoy.config.route.v3.RouteConfiguration","name":"http.80","virtual_hosts":[{"domains":["a.test"]}]}}]}`
	if err := json.Unmarshal([]byte(text), &dump); err != nil {
		t.Fatal(err)
	}
	redact(dump)
	content, _ := json.Marshal(dump)
	for _, secret := range []string{"c2VjcmV0", "BEGIN PRIVATE KEY"} {
		if strings.Contains(string(content), secret) {
			t.Errorf("%s is not redacted", secret)
		}
	}
	outline := strings.Join(Outline(dump), "\n")
	for _, want := range []string{"listener 0.0.0.0_8443: names a.test b.test; policies DENY ns[x]-policy[y]", "routes http.80: hosts a.test"} {
		if !strings.Contains(outline, want) {
			t.Errorf("`%s` is missing in\n%s", want, outline)
		}
	}
}

func TestSettingsDifferOnlyWhereTheConfigMapSaysSomethingElse(t *testing.T) {
	used := map[string]any{"trustDomain": "cluster.local", "accessLogFile": "/dev/stdout", "defaultConfig": map[string]any{"drainDuration": "1s", "concurrency": 2.0}, "defaultProviders": map[string]any{}}
	for _, test := range []struct {
		written map[string]any
		want    string
	}{
		{map[string]any{}, ""},
		{map[string]any{"trustDomain": "cluster.local", "defaultConfig": map[string]any{"drainDuration": "1s", "proxyMetadata": map[string]any{}}, "defaultProviders": map[string]any{"metrics": []any{}}}, ""},
		{map[string]any{"trustDomain": "other.example"}, "istiod has trustDomain: cluster.local, the ConfigMap other.example"},
		{map[string]any{"trustDomainAliases": []any{"old.example"}}, "istiod has trustDomainAliases: <nil>, the ConfigMap [old.example]"},
		{map[string]any{"defaultConfig": map[string]any{"drainDuration": "45s"}}, "istiod has defaultConfig"},
		{map[string]any{"accessLogFile": ""}, "istiod has accessLogFile"},
	} {
		if got := differingSetting(test.written, used); got != test.want && (test.want == "" || !strings.HasPrefix(got, test.want)) {
			t.Errorf("%v: got `%s`, want `%s`", test.written, got, test.want)
		}
	}
	used["trustDomainAliases"] = []any{"old.example"}
	if got := differingSetting(map[string]any{}, used); got != "istiod still has trustDomainAliases: [old.example]" {
		t.Errorf("got `%s`", got)
	}
}
