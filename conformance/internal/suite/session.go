package suite

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Session applies objects outside of any suite, and takes them away again.
type Session struct{ run *run }

// Session begins one; adapt changes what a played controller makes before it is applied.
func (r *Runner) Session(name string, adapt func(*unstructured.Unstructured)) *Session {
	return &Session{&run{Runner: r, suite: &Suite{Name: name}, tokens: map[string]string{}, adapt: adapt}}
}

// Apply applies objects with kubectl and waits until every Envoy works with them. What Envoy rejects is no failure, but told.
func (s *Session) Apply(ctx context.Context, objects []*unstructured.Unstructured) (rejected []string, err error) {
	if s.run.healthy == nil {
		if s.run.healthy, err = s.run.Mesh.Restarts(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.run.applyAll(ctx, objects); err != nil {
		return nil, err
	}
	if err := s.run.Mesh.Converge(ctx); err != nil {
		return nil, err
	}
	now, err := s.run.Mesh.Rejections(ctx)
	if err != nil {
		return nil, err
	}
	rejected, _ = newRejections(s.run.Runner.rejections, now, "")
	s.run.Runner.rejections = now
	return rejected, nil
}

// Clear removes what was applied and replaces what has crashed meanwhile.
func (s *Session) Clear(ctx context.Context) error { return s.run.cleanUp(ctx) }

// Known tells whether the API server has a kind.
func (r *Runner) Known(object *unstructured.Unstructured) bool { return r.cluster.known(object) }

// ReadFiles reads the objects of YAML files; a pattern that matches nothing is an error.
func ReadFiles(directory string, patterns []string) ([]*unstructured.Unstructured, error) {
	return readFiles(directory, patterns)
}
