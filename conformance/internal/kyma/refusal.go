package kyma

import (
	"errors"
	"fmt"
	"strings"
)

// Refusal is what the operator says of an object that it does not process; it makes nothing of it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// IsRefusal tells the operator's words from a failure to play it.
func IsRefusal(err error) bool {
	var refusal Refusal
	return errors.As(err, &refusal)
}

// refusal finds what the operator does not process, as far as that is played; in the operator's own order.
func (r *apiRule) refusal(cluster Cluster) error {
	host := r.Spec.Hosts[0]
	namespace, name, _ := strings.Cut(r.Spec.Gateway, "/")
	found, err := cluster.HasGateway(namespace, name)
	switch {
	case err != nil:
		return err
	case !found && r.Spec.ExternalGateway != "":
		return Refusal(fmt.Sprintf("Attribute 'spec.externalGateway': Could not find generated Gateway for ExternalGateway (expected: %s)", r.Spec.Gateway))
	case !found:
		return Refusal("Attribute 'spec.gateway': Could not get specified Gateway")
	case r.Spec.ExternalGateway != "" && !strings.Contains(host, "."):
		return Refusal("panic: runtime error: invalid memory address or nil pointer dereference") // again and again; the status stays empty
	case !strings.Contains(host, "."):
		return fmt.Errorf("APIRule %s/%s: a short host is not played", r.Metadata.Namespace, r.Metadata.Name)
	}
	occupants, err := cluster.Occupants(host)
	if err != nil {
		return err
	}
	for _, labels := range occupants {
		if labels[ruleNameLabel] != r.Metadata.Name || labels[ruleNamespaceLabel] != r.Metadata.Namespace {
			return Refusal("Attribute '.spec.hosts[0]': Host is occupied by another Virtual Service")
		}
	}
	return r.conflict()
}

func (r *apiRule) conflict() error {
	for i, current := range r.Spec.Rules {
		if err := misplacedOperator(i, current.Path); err != nil {
			return err
		}
	}
	for i, current := range r.Spec.Rules {
		for _, earlier := range r.Spec.Rules[:i] {
			if method := shared(earlier.Methods, current.Methods); method != "" && covers(segmentsOf(earlier.Path), segmentsOf(current.Path)) {
				return Refusal(fmt.Sprintf("Attribute '.spec.rules': Path %s with method %s conflicts with at least one of the previous rule paths", policyPath(current.Path), method))
			}
		}
	}
	return nil
}

func misplacedOperator(rule int, path string) error {
	if strings.Count(path, "{**}") > 1 {
		return Refusal(fmt.Sprintf("Attribute '.spec.rules[%d].path': Only one {**} operator is allowed in the path.", rule))
	}
	if before, after, found := strings.Cut(path, "{**}"); found && before != "" && strings.Contains(after, "{*}") {
		return Refusal(fmt.Sprintf("Attribute '.spec.rules[%d].path': The {**} operator must be the last operator in the path.", rule))
	}
	return nil
}

func segmentsOf(path string) []string {
	return strings.Split(strings.TrimPrefix(policyPath(path), "/"), "/")
}

// covers tells whether every path of the later template is one of the earlier template.
func covers(earlier, later []string) bool {
	switch {
	case len(earlier) == 0:
		return len(later) == 0
	case earlier[0] == "{**}" && len(earlier) == 1:
		return true
	case len(later) == 0:
		return false
	case earlier[0] == "{*}":
		return later[0] != "{**}" && covers(earlier[1:], later[1:])
	}
	return earlier[0] == later[0] && covers(earlier[1:], later[1:])
}

func shared(a, b []string) string {
	for _, method := range b {
		if intersect(a, []string{method}) {
			return method
		}
	}
	return ""
}
