package suite

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// mutate breaks the last step on purpose and checks that its requests notice; then it puts everything back.
func (r *run) mutate(ctx context.Context, m *Mutation) error {
	r.Report.heading("  broken on purpose: %s", m.Name)
	var before []*unstructured.Unstructured
	for _, p := range m.Patch {
		object, err := r.cluster.patch(ctx, p)
		if err != nil {
			return err
		}
		before = append(before, object)
	}
	for _, name := range m.Delete {
		object, err := r.cluster.find(ctx, name)
		if err != nil {
			return err
		}
		before = append(before, object)
		if err := r.cluster.remove(ctx, object); err != nil {
			return err
		}
	}
	added, err := parseObjects([]byte(m.Manifest))
	if err != nil {
		return err
	}
	for _, s := range m.Secrets {
		object, err := r.secret(s)
		if err != nil {
			return err
		}
		added = append(added, object)
	}
	for _, object := range added {
		// An object that was there before must come back as it was, not vanish.
		if known, err := r.cluster.find(ctx, fmt.Sprintf("%s/%s/%s", object.GetKind(), namespaceOf(object), object.GetName())); err == nil {
			before = append(before, known)
		}
		if err := r.cluster.put(ctx, object); err != nil {
			return err
		}
	}
	if err := r.restart(ctx, m.Restart); err != nil {
		return err
	}
	if err := r.Mesh.Converge(ctx); err != nil {
		return err
	}
	r.mustNotice(ctx, m)
	for _, object := range added {
		if err := r.cluster.remove(ctx, object); err != nil {
			return err
		}
	}
	for _, object := range before {
		if err := r.cluster.restore(ctx, object); err != nil {
			return err
		}
	}
	return r.Mesh.Converge(ctx)
}

func (r *run) mustNotice(ctx context.Context, m *Mutation) {
	last := r.suite.Steps[len(r.suite.Steps)-1]
	for _, name := range m.Notices {
		for i := range last.Requests {
			request := last.Requests[i]
			if request.Name != name {
				continue
			}
			seen, problems := r.send(ctx, &request)
			var complaint []string
			if len(problems) == 0 {
				complaint = []string{"nobody noticed: the case still sees what it expects"}
				seen.evidence = r.evidence(ctx, &request)
			} else if seen.detail == "" && seen.verdict != "-" {
				seen.detail = problems[0]
			}
			request.Expect = Verdicts{"not " + request.Expect.String()}
			r.Report.outcome(r.suite.Name+" / "+m.Name, &request, seen, complaint)
		}
	}
}
