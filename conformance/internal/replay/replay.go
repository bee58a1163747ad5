package replay

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/client"
	"conformance/internal/mesh"
	"conformance/internal/suite"
)

const defaultGateway = mesh.SystemNamespace + "/istio-ingressgateway"

// Replayer sends requests to a mesh with somebody's manifests.
type replayer struct {
	runner     *suite.Runner
	adapter    *adapter
	base       []*unstructured.Unstructured
	gateway    string
	identities map[string]*tls.Certificate
	answer     *Answer
}

// RunAll replays files one after another on a mesh that has been started: what one has applied is gone before the next.
func RunAll(ctx context.Context, runner *suite.Runner, files []*File, answers []*Answer) error {
	for i, f := range files {
		session, err := run(ctx, runner, f, answers[i])
		if err != nil {
			return fmt.Errorf("file %d of %d: %w", i+1, len(files), err)
		}
		if i == len(files)-1 {
			break
		}
		if err := session.Clear(ctx); err != nil {
			return fmt.Errorf("after file %d of %d: %w", i+1, len(files), err)
		}
	}
	return nil
}

// run replays one file. An error means that the manifests could not be applied at all.
func run(ctx context.Context, runner *suite.Runner, f *File, answer *Answer) (*suite.Session, error) {
	keys, err := newSigner()
	if err != nil {
		return nil, err
	}
	authorities, err := newAuthorities(f.Requests)
	if err != nil {
		return nil, err
	}
	objects, err := f.manifests()
	if err != nil {
		return nil, err
	}
	r := &replayer{
		runner: runner, adapter: &adapter{authorities: authorities, keys: keys, ports: map[int64]bool{}}, gateway: defaultGateway,
		identities: map[string]*tls.Certificate{}, answer: answer,
	}
	defer func() { answer.Replaced = append([]string{}, r.adapter.replaced...) }()
	if r.base, err = r.prepared(objects, nil, f.Requests); err != nil {
		return nil, err
	}
	session := runner.Session("replay", r.adapter.replaceKeysOfRule)
	if err := r.openPorts(ctx); err != nil {
		return nil, err
	}
	rejected, err := session.Apply(ctx, r.base)
	if err != nil {
		return nil, err
	}
	r.noteRejections("the manifests", rejected)
	r.gateway = r.onlyGateway()
	return session, r.sendAll(ctx, f.Requests)
}

// prepared adapts objects and adds what they need.
func (r *replayer) prepared(objects, present []*unstructured.Unstructured, requests []Request) ([]*unstructured.Unstructured, error) {
	r.adapter.hosts = secretHosts(slices.Concat(present, objects))
	adapted, err := r.adapter.adapt(objects)
	if err != nil {
		return nil, err
	}
	s := &standIns{adapter: r.adapter, objects: adapted, present: present}
	if err := s.complete(requests); err != nil {
		return nil, err
	}
	var known []*unstructured.Unstructured
	for _, o := range s.objects {
		if r.runner.Known(o) {
			known = append(known, o)
		} else {
			r.adapter.tell("%s is left out: there is no CustomResourceDefinition of its kind (set CRDS_DIR)", reference(o))
		}
	}
	slices.SortStableFunc(known, func(x, y *unstructured.Unstructured) int { return rank(x) - rank(y) })
	return known, nil
}

// sendAll sends the requests; those that come with the same objects share them.
func (r *replayer) sendAll(ctx context.Context, requests []Request) error {
	verdicts := make([]Verdict, len(requests))
	done := make([]bool, len(requests))
	for i := range requests {
		if done[i] {
			continue
		}
		var together []int
		for j := i; j < len(requests); j++ {
			if !done[j] && reflect.DeepEqual(requests[i].Objects, requests[j].Objects) {
				together, done[j] = append(together, j), true
			}
		}
		if err := r.sendTogether(ctx, requests, together, verdicts); err != nil {
			return err
		}
	}
	for i := range verdicts {
		if want := requests[i].Expect; want != verdicts[i].Outcome {
			verdicts[i].Expected = want
		}
	}
	r.answer.Verdicts = verdicts
	return nil
}

func (r *replayer) sendTogether(ctx context.Context, requests []Request, together []int, verdicts []Verdict) error {
	extra := requests[together[0]].Objects
	if len(extra) == 0 {
		for _, i := range together {
			verdicts[i] = r.send(ctx, &requests[i])
		}
		return nil
	}
	session, err := r.addObjects(ctx, extra, requests[together[0]].ID)
	for _, i := range together {
		if verdicts[i] = (Verdict{ID: requests[i].ID, Outcome: NotReplayed}); err != nil {
			verdicts[i].Detail = "its objects: " + err.Error()
			continue
		}
		verdicts[i] = r.send(ctx, &requests[i])
	}
	return session.Clear(ctx)
}

func (r *replayer) addObjects(ctx context.Context, extra []Object, id string) (*suite.Session, error) {
	session := r.runner.Session("objects of "+id, r.adapter.replaceKeysOfRule)
	objects, err := unstructuredOf(extra)
	if err != nil {
		return session, err
	}
	prepared, err := r.prepared(flatten(objects), r.base, nil)
	if err != nil {
		return session, err
	}
	if err := r.openPorts(ctx); err != nil {
		return session, err
	}
	rejected, err := session.Apply(ctx, prepared)
	r.noteRejections("the objects of request "+id, rejected)
	return session, err
}

func (r *replayer) noteRejections(what string, rejected []string) {
	for _, one := range rejected {
		r.answer.Notes = append(r.answer.Notes, fmt.Sprintf("Envoy rejected configuration of %s: %s", what, one))
	}
}

func (r *replayer) send(ctx context.Context, request *Request) Verdict {
	verdict := Verdict{ID: request.ID, Outcome: NotReplayed}
	wire, err := r.wire(ctx, request)
	if err != nil {
		verdict.Detail = err.Error()
		return verdict
	}
	result := client.Send(ctx, *wire)
	verdict.Outcome, verdict.Detail = result.Verdict, result.Detail
	if result.Header == nil {
		return verdict
	}
	body := strings.TrimSpace(string(result.Body))
	verdict.Workload = result.Header.Get("X-Rig-Workload")
	// Go's server refuses targets that are no URI before the stand-in sees them; but then they have reached it.
	verdict.Reached = verdict.Workload != "" || result.Verdict == "400" && body == "400 Bad Request" && result.Header.Get("X-Envoy-Upstream-Service-Time") != ""
	if verdict.Workload != "" && json.Valid(result.Body) {
		verdict.Received = json.RawMessage(body)
	} else if len(body) <= 200 {
		verdict.Detail = body
	}
	return verdict
}

// onlyGateway is the gateway that the manifests select, if it is one.
func (r *replayer) onlyGateway() string {
	found := map[string]bool{}
	for _, o := range r.base {
		if o.GetKind() != "Gateway" || !strings.HasPrefix(o.GetAPIVersion(), "networking.istio.io/") {
			continue
		}
		selector, _, _ := unstructured.NestedStringMap(o.Object, "spec", "selector")
		if len(selector) == 0 || selects(selector, ingressLabels) {
			found[defaultGateway] = true
			continue
		}
		for _, w := range r.base {
			if isWorkload(w) && selects(selector, podLabels(w)) {
				found[key(w)] = true
			}
		}
	}
	if len(found) == 1 {
		for name := range found {
			return name
		}
	}
	return defaultGateway
}
