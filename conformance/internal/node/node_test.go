package node

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestImagesAreKnownByTheirLastNameInAnyRegistry(t *testing.T) {
	for image, want := range map[string]string{
		"rig/proxyv2:local": "/usr/local/bin/pilot-agent", "docker.io/istio/pilot@sha256:0": "/usr/local/bin/pilot-discovery",
		"mccutchen/go-httpbin": "/usr/local/bin/go-httpbin", "kennethreitz/httpbin:1": "/usr/local/bin/go-httpbin -port 80", "curlimages/curl": "/usr/bin/curl",
	} {
		chosen, standIn := programFor(corev1.Container{Image: image})
		if got := strings.Join(chosen.argv, " "); got != want || standIn {
			t.Errorf("%s: %s", image, got)
		}
	}
}

func TestUnknownImageIsPlayedOnItsFirstPort(t *testing.T) {
	chosen, standIn := programFor(corev1.Container{Image: "shop/orders", Ports: []corev1.ContainerPort{{ContainerPort: 9000}, {ContainerPort: 1}}})
	if !standIn || strings.Join(chosen.argv, " ") != "/usr/local/bin/go-httpbin -port 9000" {
		t.Errorf("%v %v", chosen, standIn)
	}
}

func TestShortServiceNamesResolveInTheirOwnNamespaceOnly(t *testing.T) {
	service := func(namespace, name, ip string) *corev1.Service {
		return &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: corev1.ServiceSpec{ClusterIP: ip}}
	}
	services := []*corev1.Service{service("a", "web", "10.96.0.5"), service("b", "db", "10.96.0.6"), service("a", "headless", "None")}
	got := hostsFile("a", "pod", "10.244.0.9", services, map[string][]string{"192.0.2.2": {"idp.example.com"}})
	want := "127.0.0.1 localhost\n10.96.0.5 web.a.svc.cluster.local web.a.svc web.a web\n10.96.0.6 db.b.svc.cluster.local db.b.svc db.b\n192.0.2.2 idp.example.com\n10.244.0.9 pod\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestProjectionTakesNamedItemsOrEverything(t *testing.T) {
	data := map[string]string{"a": "1", "b": "2"}
	all, some := projection{}, projection{}
	all.add(data, nil, nil)
	some.add(data, []corev1.KeyToPath{{Key: "b", Path: "sub/b"}, {Key: "missing", Path: "m"}}, nil)
	if len(all) != 2 || len(some) != 1 || string(some["sub/b"].Data) != "2" || some["sub/b"].Mode != 0o644 {
		t.Errorf("all %v, some %v", all, some)
	}
}
