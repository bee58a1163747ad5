package main

import (
	"fmt"
	"strings"
)

// files are written for Envoy: names to resources.
type files map[string][]tree

// rewriter turns what istiod sends to the proxies of a mesh into what one Envoy on one machine can run: the listeners of all proxies side by side,
// each on its pod's own loopback address, clusters that lead to these addresses, and all resources in files.
//
// Filters, filter chains, routes and TLS settings stay as istiod made them.
type rewriter struct {
	directory string
	authority *authority
	upstream  *upstream
	trust     string
	// mounted is the content of a file in the containers of a pod.
	mounted func(p *pod, path string) string
	files   files
}

func (r *rewriter) add(c configuration, ports []int) error {
	prefix := c.pod.object.Namespace + "." + c.pod.object.Name + "|"
	if err := r.mesh(prefix, c.pod); err != nil {
		return err
	}
	// Before the names get their prefix.
	asked := authorizers(c.listeners)
	for _, listener := range c.listeners {
		if c.pod.gateway {
			r.gatewayListener(listener, c.pod)
		} else if outbound(listener) {
			callerListener(listener, c.pod)
		} else if !sidecarListener(listener, c.pod, ports) {
			continue
		}
		listener["name"] = prefix + text(listener["name"])
		r.common(prefix, c, listener)
		r.append("lds", "envoy.config.listener.v3.Listener", listener)
	}
	for _, cluster := range c.clusters {
		if !r.cluster(cluster, c, asked) {
			continue
		}
		cluster["name"] = prefix + text(cluster["name"])
		r.common(prefix, c, cluster)
		r.append("cds", "envoy.config.cluster.v3.Cluster", cluster)
	}
	return nil
}

// mesh adds the workload certificate, which istio-agent would bring.
func (r *rewriter) mesh(prefix string, p *pod) error {
	identity := fmt.Sprintf("spiffe://%s/ns/%s/sa/%s", r.trust, p.object.Namespace, p.object.Spec.ServiceAccountName)
	certificate, key, err := r.authority.issue(identity)
	if err != nil {
		return err
	}
	r.append(r.file(prefix, "default"), secretType, tree{"name": "default", "tlsCertificate": tree{
		"certificateChain": tree{"inlineString": certificate}, "privateKey": tree{"inlineString": key},
	}})
	r.append(r.file(prefix, "ROOTCA"), secretType, tree{"name": "ROOTCA", "validationContext": tree{"trustedCa": tree{"inlineString": r.authority.root}}})
	return nil
}

// fileSecret is what istio-agent makes of the files that a Gateway names; nil where one is missing.
func (r *rewriter) fileSecret(p *pod, name string) tree {
	if paths, ok := strings.CutPrefix(name, "file-cert:"); ok {
		certificate, key, _ := strings.Cut(paths, "~")
		chain, private := r.mounted(p, certificate), r.mounted(p, key)
		if chain == "" || private == "" {
			return nil
		}
		return tree{"name": name, "tlsCertificate": tree{"certificateChain": tree{"inlineString": chain}, "privateKey": tree{"inlineString": private}}}
	}
	if path, ok := strings.CutPrefix(name, "file-root:"); ok {
		if root := r.mounted(p, path); root != "" {
			return tree{"name": name, "validationContext": tree{"trustedCa": tree{"inlineString": root}}}
		}
	}
	return nil
}

const secretType = "envoy.extensions.transport_sockets.tls.v3.Secret"

func (r *rewriter) append(file, kind string, resource tree) {
	resource["@type"] = "type.googleapis.com/" + kind
	r.files[file] = append(r.files[file], resource)
}

func (r *rewriter) file(prefix, name string) string {
	safe := strings.NewReplacer("/", "_", ":", "_", "|", "_", "*", "_", "~", "_")
	return safe.Replace(prefix + name)
}

func (r *rewriter) source(file string) tree {
	return tree{"pathConfigSource": tree{"path": r.directory + "/" + file + ".json"}, "resourceApiVersion": "V3"}
}

func (r *rewriter) common(prefix string, c configuration, resource tree) {
	visit(resource, func(node tree) {
		if name, ok := node["name"].(string); ok && node["sdsConfig"] != nil {
			file := r.file(prefix, name)
			if r.files[file] == nil {
				r.files[file] = []tree{}
				if secret := c.secrets[name]; secret != nil {
					r.append(file, secretType, secret)
				} else if secret := r.fileSecret(c.pod, name); secret != nil {
					r.append(file, secretType, secret)
				}
			}
			node["sdsConfig"] = r.source(file)
		}
		if discovery, ok := node["rds"].(tree); ok {
			name := text(discovery["routeConfigName"])
			file := r.file(prefix, "rds_"+name)
			if r.files[file] == nil {
				r.files[file] = []tree{}
				if route := c.routes[name]; route != nil {
					prefixClusters(prefix, route)
					r.append(file, "envoy.config.route.v3.RouteConfiguration", route)
				}
			}
			discovery["configSource"] = r.source(file)
		}
		if node["configDiscovery"] != nil {
			// A WasmPlugin, which would be fetched: one that refuses everybody stands for it.
			delete(node, "configDiscovery")
			node["typedConfig"] = tree{
				"@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
				"rules": tree{"policies": tree{}},
			}
		}
		if strings.HasSuffix(text(node["@type"]), ".HttpConnectionManager") {
			delete(node, "tracing")
			node["accessLog"] = []any{r.accessLog(prefix)}
		}
	})
	if resource["filterChains"] != nil {
		prefixClusters(prefix, resource)
		resource["accessLog"] = []any{r.accessLog(prefix)}
	}
}

func (r *rewriter) accessLog(prefix string) tree {
	return tree{"name": "envoy.access_loggers.file", "typedConfig": tree{
		"@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
		"path":  r.directory + "/access.log",
		"logFormat": tree{"jsonFormat": tree{
			"proxy": strings.TrimSuffix(prefix, "|"), "remote": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%", "request": "%REQ(X-REQUEST-ID)%",
			"status": "%RESPONSE_CODE%", "details": "%RESPONSE_CODE_DETAILS%", "failure": "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%", "flags": "%RESPONSE_FLAGS%",
			"terminated": "%CONNECTION_TERMINATION_DETAILS%", "protocol": "%PROTOCOL%",
		}},
	}}
}

func prefixClusters(prefix string, resource tree) {
	visit(resource, func(node tree) {
		for _, name := range []string{"cluster", "stat_cluster"} {
			if value, ok := node[name].(string); ok {
				node[name] = prefix + value
			}
		}
		if weighted, ok := node["weightedClusters"].(tree); ok {
			for _, item := range list(weighted["clusters"]) {
				cluster := item.(tree)
				cluster["name"] = prefix + text(cluster["name"])
			}
		}
	})
}

func (r *rewriter) gatewayListener(listener tree, p *pod) {
	visit(listener["address"], func(node tree) {
		if socket, ok := node["socketAddress"].(tree); ok {
			socket["address"] = p.ip
		}
	})
	delete(listener, "additionalAddresses")
	delete(listener, "bindToPort")
}

// outbound tells whether a listener of a sidecar takes what its pod sends.
func outbound(listener tree) bool {
	return text(listener["trafficDirection"]) == "OUTBOUND"
}

// callerListener makes the listener for what a pod sends to a port of Services one that listens on the pod's own address.
func callerListener(listener tree, p *pod) {
	address := listener["address"].(tree)["socketAddress"].(tree)
	address["address"] = p.ip
	for _, field := range []string{"additionalAddresses", "useOriginalDst", "bindToPort"} {
		delete(listener, field)
	}
}

// sidecarListener makes the listener that takes all redirected connections one that listens on the pod's ports.
func sidecarListener(listener tree, p *pod, ports []int) bool {
	if len(ports) == 0 {
		return false
	}
	listener["address"] = socket(p.ip, ports[0])
	var others []any
	for _, port := range ports[1:] {
		others = append(others, tree{"address": socket(p.ip, port)})
	}
	listener["additionalAddresses"] = others
	delete(listener, "useOriginalDst")
	delete(listener, "bindToPort")
	var kept []any
	for _, filter := range list(listener["listenerFilters"]) {
		if !strings.Contains(text(filter.(tree)["name"]), "original_dst") {
			kept = append(kept, filter)
		}
	}
	listener["listenerFilters"] = kept
	return true
}

func socket(address string, port int) tree {
	return tree{"socketAddress": tree{"address": address, "portValue": port}}
}

// authorizers are the clusters of the external authorizers that filters ask.
func authorizers(listeners []tree) map[string]bool {
	found := map[string]bool{}
	for _, listener := range listeners {
		visit(listener, func(node tree) {
			if address, ok := node["serverUri"].(tree); ok {
				found[text(address["cluster"])] = true
			}
		})
	}
	return found
}

func (r *rewriter) cluster(cluster tree, c configuration, asked map[string]bool) bool {
	name := text(cluster["name"])
	delete(cluster, "edsClusterConfig")
	if !c.pod.gateway && !asked[name] && !(c.caller && strings.HasPrefix(name, "outbound|")) {
		if !strings.HasPrefix(name, "inbound|") && !strings.HasPrefix(name, "InboundPassthrough") {
			return false
		}
		for _, field := range []string{"originalDstLbConfig", "upstreamBindConfig", "lbPolicy", "metadata", "transportSocket"} {
			delete(cluster, field)
		}
		cluster["type"] = "STATIC"
		cluster["loadAssignment"] = assignment(name, r.upstream.address(c.pod.ip), r.upstream.port)
		return true
	}
	switch text(cluster["type"]) {
	case "ORIGINAL_DST":
		return false
	case "EDS":
		cluster["type"] = "STATIC"
		endpoints := c.endpoints[name]
		if endpoints == nil {
			endpoints = tree{}
		}
		endpoints["clusterName"] = name
		cluster["loadAssignment"] = endpoints
	}
	cluster["upstreamBindConfig"] = tree{"sourceAddress": tree{"address": c.pod.ip, "portValue": 0}}
	return true
}

func assignment(name, address string, port int) tree {
	return tree{"clusterName": name, "endpoints": []any{tree{"lbEndpoints": []any{tree{"endpoint": tree{"address": socket(address, port)}}}}}}
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func list(value any) []any {
	items, _ := value.([]any)
	return items
}
