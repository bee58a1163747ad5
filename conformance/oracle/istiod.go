package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sort"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/spiffe"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/util/sets"
)

const istioVersion = "1.30.0"

// tree is a message of Envoy's API as JSON.
type tree = map[string]any

// configuration is what istiod sends to one proxy.
type configuration struct {
	pod       *pod
	listeners []tree
	routes    map[string]tree
	clusters  []tree
	endpoints map[string]tree
	secrets   map[string]tree
	// caller is a pod behind no Service, whose sidecar serves what it sends.
	caller bool
}

// ask lets istiod configure the proxies of all pods that have one.
func ask(given *objects, made *kubernetes) (answers []configuration, err error) {
	settings, err := mesh.ApplyMeshConfigDefaults(made.mesh)
	if err != nil {
		return nil, fmt.Errorf("mesh settings: %w", err)
	}
	failed := test.Wrap(func(t test.Failer) {
		defer func() {
			if cause := recover(); cause != nil {
				err = fmt.Errorf("istiod panics: %v\n%s", cause, debug.Stack())
			}
		}()
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			Configs: given.configs, KubernetesObjects: made.objects, MeshConfig: settings, DisableSecretAuthorization: true,
		})
		for _, p := range made.pods {
			if !p.gateway && !p.sidecar {
				continue
			}
			answer, problem := configure(server, p, settings.GetTrustDomain(), p.sidecar && len(made.ports(p)) == 0)
			if problem != nil {
				err = problem
				return
			}
			answers = append(answers, *answer)
		}
	})
	if err == nil {
		err = failed
	}
	return answers, err
}

func configure(server *xds.FakeDiscoveryServer, p *pod, trustDomain string, caller bool) (*configuration, error) {
	kind := model.SidecarProxy
	if p.gateway {
		kind = model.Router
	}
	namespace, account := p.object.Namespace, p.object.Spec.ServiceAccountName
	proxy := server.SetupProxy(&model.Proxy{
		Type: kind, ID: p.object.Name + "." + namespace, ConfigNamespace: namespace, IPAddresses: []string{p.ip}, Labels: p.object.Labels,
		Metadata: &model.NodeMetadata{
			Namespace: namespace, Labels: p.object.Labels, ServiceAccount: account, ClusterID: "Kubernetes", IstioVersion: istioVersion,
		},
		VerifiedIdentity: &spiffe.Identity{TrustDomain: trustDomain, Namespace: namespace, ServiceAccount: account},
	})
	c := &configuration{pod: p, caller: caller, routes: map[string]tree{}, endpoints: map[string]tree{}, secrets: map[string]tree{}}
	listeners := server.Listeners(proxy)
	for _, listener := range listeners {
		if p.gateway || listener.Name == model.VirtualInboundListenerName || caller && toService(listener.Name) {
			c.listeners = append(c.listeners, toTree(listener))
		}
	}
	for _, route := range server.RoutesFromListeners(proxy, listeners) {
		c.routes[route.Name] = toTree(route)
	}
	for _, assignment := range server.Endpoints(proxy) {
		c.endpoints[assignment.ClusterName] = toTree(assignment)
	}
	for _, cluster := range server.Clusters(proxy) {
		c.clusters = append(c.clusters, toTree(cluster))
	}
	names := sets.New[string]()
	for _, listener := range c.listeners {
		visit(listener, func(node tree) {
			if name, ok := node["name"].(string); ok && node["sdsConfig"] != nil && strings.Contains(name, "://") {
				names.Insert(name)
			}
		})
	}
	if names.Len() == 0 {
		return c, nil
	}
	request := &model.PushRequest{Full: true, Forced: true, Push: server.PushContext()}
	secrets, _, err := server.Discovery.Generators[v3.SecretType].Generate(proxy, &model.WatchedResource{TypeUrl: v3.SecretType, ResourceNames: names}, request)
	if err != nil {
		return nil, err
	}
	for _, secret := range secrets {
		message, err := secret.Resource.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		c.secrets[secret.Name] = toTree(message)
	}
	return c, nil
}

// toService tells whether a listener is for one of the ports that generated requests go to.
func toService(name string) bool {
	port := name[strings.LastIndex(name, "_")+1:]
	return name == "0.0.0.0_80" || name == "0.0.0.0_8000" || port == "5432"
}

func toTree(message proto.Message) tree {
	text, err := protojson.Marshal(message)
	if err != nil {
		panic(err)
	}
	var node tree
	if err := json.Unmarshal(text, &node); err != nil {
		panic(err)
	}
	return node
}

// visit shows every object of a tree, outer ones first and in a fixed order.
func visit(value any, show func(tree)) {
	switch node := value.(type) {
	case tree:
		show(node)
		names := make([]string, 0, len(node))
		for name := range node {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			visit(node[name], show)
		}
	case []any:
		for _, item := range node {
			visit(item, show)
		}
	}
}
