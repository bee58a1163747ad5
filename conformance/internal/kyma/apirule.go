// Package kyma plays the part of the Kyma and Gardener controllers, which are not available as Go modules.
//
// It follows the documented behaviour of their operators as far as the suites need it, and refuses what it does not know instead of guessing.
// A verdict that rests on these objects shows what Istio makes of them, not that Kyma would write the same. That they were the same for version 3.10 is in recorded/:
// what the operator's own reconcilers made of those manifests, and said.
package kyma

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type object = map[string]any

const gatewayPrincipal = "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account"

// apiRule is the part of an APIRule of version v2 that is played.
type apiRule struct {
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Gateway         string
		ExternalGateway string
		Hosts           []string
		Service         *service
		Timeout         *int64
		Rules           []rule
	}
}

type service struct {
	Name, Namespace string
	Port            int64
}

type rule struct {
	Path    string
	Methods []string
	NoAuth  bool
	JWT     *jwtRule `json:"jwt"`
	Request *struct{ Headers map[string]string }
	Service *service
	Timeout *int64
}

type jwtRule struct {
	Authentications []struct{ Issuer, JwksURI string }
	Authorizations  []authorization
}

type authorization struct{ RequiredScopes, Audiences []string }

// Cluster is what the operator reads. What is not there is nil, without an error.
type Cluster interface {
	Selector(namespace, service string) (map[string]string, error)
	Secret(namespace, name string) (map[string][]byte, error)
	ConfigMap(namespace, name string) (map[string]string, error)
	HasGateway(namespace, name string) (bool, error)
	// Occupants are the VirtualServices that have the host, as they are labelled.
	Occupants(host string) ([]map[string]string, error)
}

// Reconcile returns the objects that the operator creates for an APIRule, or a Refusal.
func Reconcile(source *unstructured.Unstructured, cluster Cluster) ([]*unstructured.Unstructured, error) {
	var r apiRule
	if err := decode(source.Object, &r.Metadata, &r.Spec); err != nil {
		return nil, fmt.Errorf("APIRule %s/%s: this part is not played: %w", source.GetNamespace(), source.GetName(), err)
	}
	if r.Spec.ExternalGateway != "" {
		r.Spec.Gateway = r.Spec.ExternalGateway + "-gw"
	}
	if len(r.Spec.Hosts) != 1 || strings.Count(r.Spec.Gateway, "/") != 1 {
		return nil, fmt.Errorf("APIRule %s/%s: only one host and a gateway `namespace/name` are played", r.Metadata.Namespace, r.Metadata.Name)
	}
	if err := r.refusal(cluster); err != nil {
		return nil, err
	}
	var routes []any
	var objects []*unstructured.Unstructured
	authentications := map[string]bool{}
	for i, current := range r.Spec.Rules {
		target := current.Service
		if target == nil {
			target = r.Spec.Service
		}
		if target == nil {
			return nil, Refusal(fmt.Sprintf("Attribute '.spec.rules[%d].service': The rule must define a service, because no service is defined on spec level", i))
		}
		if target.Namespace == "" {
			target = &service{target.Name, r.Metadata.Namespace, target.Port}
		}
		labels, err := cluster.Selector(target.Namespace, target.Name)
		if err != nil {
			return nil, err
		}
		if labels == nil {
			return nil, Refusal(fmt.Sprintf("Attribute '.spec.rules[%d]': Failed to execute sidecar injection validation, err: services \"%s\" not found", i, target.Name))
		}
		if len(labels) == 0 {
			return nil, Refusal(fmt.Sprintf("Attribute '.spec.rules[%d].injection': Target service label selectors are not defined", i))
		}
		routes = append(routes, r.route(current, target))
		for index, rules := range r.policies(i) {
			policy := r.made("security.istio.io/v1", "AuthorizationPolicy", target.Namespace, fmt.Sprintf("%s-%d-%d", r.Metadata.Name, i, index),
				object{"selector": object{"matchLabels": labels}, "rules": rules})
			policy.SetLabels(with(policy.GetLabels(), "gateway.kyma-project.io/index", fmt.Sprint(index)))
			objects = append(objects, policy)
		}
		if current.JWT != nil {
			key := fmt.Sprint(target, current.JWT.Authentications)
			if !authentications[key] {
				authentications[key] = true
				objects = append(objects, r.made("security.istio.io/v1", "RequestAuthentication", target.Namespace, fmt.Sprintf("%s-%d", r.Metadata.Name, i),
					object{"selector": object{"matchLabels": labels}, "jwtRules": current.JWT.rules()}))
			}
		}
	}
	route := r.made("networking.istio.io/v1", "VirtualService", r.Metadata.Namespace, r.Metadata.Name,
		object{"gateways": []any{r.Spec.Gateway}, "hosts": []any{r.Spec.Hosts[0]}, "http": routes})
	return append(objects, route), nil
}

func (r *apiRule) made(apiVersion, kind, namespace, name string, spec object) *unstructured.Unstructured {
	return newObject(apiVersion, kind, namespace, name, spec, map[string]string{
		"app.kubernetes.io/managed-by": "api-gateway", ruleNameLabel: r.Metadata.Name, ruleNamespaceLabel: r.Metadata.Namespace,
	})
}

func (r *apiRule) route(current rule, target *service) object {
	timeout := int64(180)
	for _, override := range []*int64{r.Spec.Timeout, current.Timeout} {
		if override != nil {
			timeout = *override
		}
	}
	return object{
		"headers": object{
			"request": object{"set": r.requestHeaders(current)},
			"response": object{"remove": []any{"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Access-Control-Allow-Headers",
				"Access-Control-Allow-Credentials", "Access-Control-Allow-Methods", "Access-Control-Max-Age"}},
		},
		"match": []any{object{"method": object{"regex": "^(" + strings.Join(current.Methods, "|") + ")$"}, "uri": matchPath(current.Path)}},
		"route": []any{object{"destination": object{
			"host": fmt.Sprintf("%s.%s.svc.cluster.local", target.Name, target.Namespace), "port": object{"number": target.Port},
		}, "weight": int64(100)}},
		"timeout": fmt.Sprintf("%ds", timeout),
	}
}

// requestHeaders are set and never removed first: a header whose value is empty stays as the client sent it.
func (r *apiRule) requestHeaders(current rule) object {
	host := r.Spec.Hosts[0]
	if strings.HasPrefix(host, "*") {
		host = "%REQ(:AUTHORITY)%"
	}
	headers := object{"x-forwarded-host": host}
	if current.Request != nil {
		for name, value := range current.Request.Headers {
			headers[name] = value
		}
	}
	return headers
}

const (
	segment = `([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+`
	tail    = `([A-Za-z0-9-._~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})*`
)

var operator = regexp.MustCompile(`\{\*{1,2}\}`)

func matchPath(path string) object {
	if path == "/*" {
		return object{"prefix": "/"}
	}
	return object{"regex": "^" + operator.ReplaceAllStringFunc(path, func(found string) string {
		if found == "{*}" {
			return segment
		}
		return tail
	}) + "$"}
}

// policies are the AuthorizationPolicies of one rule, each a list of policy rules.
func (r *apiRule) policies(i int) [][]any {
	current := r.Spec.Rules[i]
	source := object{"principals": []any{gatewayPrincipal}}
	operation := object{"hosts": []any{r.Spec.Hosts[0]}, "methods": strings2any(current.Methods), "paths": []any{policyPath(current.Path)}}
	if excluded := r.earlierPaths(i); len(excluded) > 0 {
		operation["notPaths"] = strings2any(excluded)
	}
	policyRule := func(when []any) object {
		entry := object{"from": []any{object{"source": source}}, "to": []any{object{"operation": operation}}}
		if len(when) > 0 {
			entry["when"] = when
		}
		return entry
	}
	if current.JWT == nil {
		return [][]any{{policyRule(nil)}}
	}
	var principals []any
	for _, a := range current.JWT.Authentications {
		principals = append(principals, a.Issuer+"/*")
	}
	source["requestPrincipals"] = principals
	if len(current.JWT.Authorizations) == 0 {
		return [][]any{{policyRule(nil)}}
	}
	var policies [][]any
	for _, a := range current.JWT.Authorizations {
		var rules []any
		claims := []string{"scp", "scope", "scopes"}
		if len(a.RequiredScopes) == 0 {
			claims = claims[:1]
		}
		for _, claim := range claims {
			rules = append(rules, policyRule(append(claimConditions(claim, a.RequiredScopes), claimConditions("aud", a.Audiences)...)))
		}
		policies = append(policies, rules)
	}
	return policies
}

func claimConditions(claim string, values []string) []any {
	var when []any
	for _, value := range values {
		when = append(when, object{"key": "request.auth.claims[" + claim + "]", "values": []any{value}})
	}
	return when
}

func policyPath(path string) string {
	if path == "/*" {
		return "/{**}"
	}
	return path
}

// earlierPaths are the paths of all earlier rules that share a method. The operator stops at an earlier rule with the same path, which is how
// a rule for another method can switch the exclusion off.
func (r *apiRule) earlierPaths(i int) []string {
	var excluded []string
	for _, earlier := range r.Spec.Rules[:i] {
		if earlier.Path == "/" || earlier.Path == "/*" || earlier.Path == "/{**}" {
			continue
		}
		if earlier.Path == r.Spec.Rules[i].Path {
			break
		}
		if intersect(earlier.Methods, r.Spec.Rules[i].Methods) {
			excluded = append(excluded, earlier.Path)
		}
	}
	return excluded
}

func (j *jwtRule) rules() []any {
	var rules []any
	for _, a := range j.Authentications {
		rules = append(rules, object{"issuer": a.Issuer, "jwksUri": a.JwksURI, "forwardOriginalToken": true})
	}
	return rules
}
