package suite

import (
	"fmt"
	"strconv"
	"strings"

	"conformance/internal/client"
)

func knownVerdict(word string) bool {
	switch word {
	case client.Refused, client.Untrusted, client.Reset, client.Unreachable, client.TimedOut:
		return true
	}
	status, err := strconv.Atoi(word)
	return err == nil && status >= 100 && status < 600
}

// check finds mistakes that would make a case meaningless.
func (s *Suite) check() error {
	if s.Name == "" || len(s.Steps) == 0 {
		return fmt.Errorf("a suite needs a name and steps")
	}
	for _, need := range s.Needs {
		if _, err := neededWorkloads(need); err != nil {
			return err
		}
	}
	if s.Column != "" && s.Column != "1.30" && s.Column != "next" && s.Column != "old-envoy" {
		return fmt.Errorf("invalid column `%s`: expected 1.30, next or old-envoy", s.Column)
	}
	last := map[string]bool{}
	for i, step := range s.Steps {
		last = map[string]bool{}
		if step.Name == "" {
			return fmt.Errorf("step %d needs a name", i+1)
		}
		if err := step.check(); err != nil {
			return fmt.Errorf("step `%s`: %w", step.Name, err)
		}
		for _, fault := range step.Faults {
			if faults[fault] == nil {
				return fmt.Errorf("step `%s`: invalid fault `%s`: expected stop istiod, start istiod or restart api server", step.Name, fault)
			}
		}
		for _, r := range step.Load {
			if err := r.check(s); err != nil {
				return fmt.Errorf("step `%s`: load `%s`: %w", step.Name, r.Name, err)
			}
		}
		for _, r := range step.Requests {
			if err := r.check(s); err != nil {
				return fmt.Errorf("step `%s`: request `%s`: %w", step.Name, r.Name, err)
			}
			if last[r.Name] {
				return fmt.Errorf("step `%s`: request `%s`: the name is used twice", step.Name, r.Name)
			}
			last[r.Name] = true
		}
	}
	for _, m := range s.Mutations {
		if m.Name == "" || len(m.Notices) == 0 {
			return fmt.Errorf("mutation `%s` needs a name and the requests that notice it", m.Name)
		}
		for _, name := range m.Notices {
			if !last[name] {
				return fmt.Errorf("mutation `%s`: the last step has no request `%s`", m.Name, name)
			}
		}
	}
	return nil
}

func (s *Step) check() error {
	switch {
	case s.Cdk8s != "" && (s.Manifest == "" || len(s.Apply) > 0 || s.Prepare != ""):
		return fmt.Errorf("`cdk8s` goes with manifests in place only")
	case s.Crashes == "":
		return nil
	case s.Crashes != "gateway" && s.Crashes != "istiod" && strings.Count(s.Crashes, "/") != 1:
		return fmt.Errorf("invalid program `%s`: expected gateway, istiod, or namespace/app for a sidecar", s.Crashes)
	case s.Refused != "" || s.Rejected != "" || len(s.Load) > 0 || len(s.Patch) > 0 || len(s.Faults) > 0 || len(s.Delete) > 0 || len(s.Restart) > 0:
		return fmt.Errorf("`crashes` goes with manifests, secrets and requests only")
	}
	return nil
}

func (r *Request) check(s *Suite) error {
	_, from := callers[r.From]
	_, leaf := s.Certificates[r.Certificate]
	_, authority := s.Authorities[r.Certificate]
	_, token := s.Tokens[r.Token]
	switch {
	case r.Name == "":
		return fmt.Errorf("a name is needed")
	case len(r.Expect) == 0:
		return fmt.Errorf("an expected outcome is needed")
	case (r.URL == "") == (len(r.Curl) == 0):
		return fmt.Errorf("either a URL or arguments for curl are needed")
	case r.From != "" && !from:
		return fmt.Errorf("invalid sender `%s`: expected outside, remote, mesh, neighbour or plaintext", r.From)
	case r.Certificate != "" && !leaf && !authority && !strings.HasPrefix(r.Certificate, preparedPrefix):
		return fmt.Errorf("no certificate is called `%s`", r.Certificate)
	case r.Token != "" && !token:
		return fmt.Errorf("no token is called `%s`", r.Token)
	case r.TrustDomain != "" && r.Identity == "":
		return fmt.Errorf("a trust domain needs an identity")
	case r.Identity != "" && (r.Certificate != "" || r.Address != "pod" || strings.Count(r.Identity, "/") != 1):
		return fmt.Errorf("invalid identity `%s`: expected namespace/serviceaccount, with `address: pod` and no other certificate", r.Identity)
	case len(r.Echoed) > 0 && len(r.Curl) > 0:
		return fmt.Errorf("`echoed` needs a URL, not arguments for curl")
	}
	return nil
}
