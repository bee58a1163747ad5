package suite

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func (r *run) step(ctx context.Context, step *Step) error {
	if step.Crashes != "" {
		return r.crash(ctx, step)
	}
	finish := r.startLoad(ctx, step)
	err := r.change(ctx, step)
	if err == nil {
		r.sendAll(ctx, step)
	}
	finish()
	if err == nil {
		err = r.checkCrashes(ctx)
	}
	if err == nil && step.Rejected != "" {
		r.Runner.rejections, err = r.Mesh.Rejections(ctx) // a second rejection of the same push may have come late
	}
	return err
}

func (r *run) sendAll(ctx context.Context, step *Step) {
	for i := range step.Requests {
		request := &step.Requests[i]
		seen, problems := r.send(ctx, request)
		if len(problems) > 0 {
			seen.evidence = r.evidence(ctx, request)
		}
		r.Report.outcome(r.suite.Name+" / "+step.Name, request, seen, problems)
	}
}

// change does everything of a step but its requests, and waits until it has taken effect.
func (r *run) change(ctx context.Context, step *Step) error {
	if step.Expose != "" {
		r.Report.note("shows a hole: %s", step.Expose)
	}
	for _, name := range step.Faults {
		if err := faults[name](ctx, r); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := r.prepare(ctx, step.Prepare); err != nil {
		return err
	}
	if step.RotateKeys != "" {
		if err := r.rotateKeys(ctx, step.RotateKeys == "keep"); err != nil {
			return err
		}
	}
	for _, name := range step.Delete {
		if err := r.delete(ctx, name); err != nil {
			return err
		}
	}
	if err := r.putSecrets(ctx, step.Secrets); err != nil {
		return err
	}
	objects, err := r.stepManifests(ctx, step)
	if err != nil {
		return err
	}
	if step.Refused != "" {
		if err := r.mustBeRefused(ctx, step, objects); err != nil || len(step.Requests) == 0 {
			return err
		}
		return r.converge(ctx, step) // the other manifests are there
	}
	if err := r.applyAll(ctx, objects); err != nil {
		return err
	}
	r.mustWarn(step)
	r.mustNotBeTaken(step)
	for _, p := range step.Patch {
		if err := r.patch(ctx, p); err != nil {
			return err
		}
	}
	if err := r.restart(ctx, step.Restart); err != nil {
		return err
	}
	return r.converge(ctx, step)
}

func (r *run) converge(ctx context.Context, step *Step) error {
	if r.istiodStopped {
		return nil // nothing will ever be acknowledged
	}
	if err := r.Mesh.Converge(ctx); err != nil {
		return err
	}
	return r.checkRejections(ctx, step.Rejected)
}

func (r *run) manifests(files []string, inline string) ([]*unstructured.Unstructured, error) {
	var patterns []string
	for _, file := range files {
		if prepared, ok := strings.CutPrefix(file, preparedPrefix); ok {
			file = filepath.Join(r.files, prepared)
		}
		patterns = append(patterns, file)
	}
	objects, err := readFiles(r.suite.directory(), patterns)
	if err != nil {
		return nil, err
	}
	more, err := parseObjects([]byte(inline))
	if err != nil {
		return nil, err
	}
	return append(objects, more...), nil
}

func (r *run) mustBeRefused(ctx context.Context, step *Step, objects []*unstructured.Unstructured) error {
	if slices.ContainsFunc(objects, func(o *unstructured.Unstructured) bool {
		return !r.CRDsComplete && !r.cluster.known(o) && !isOfKubernetes(o.GroupVersionKind().Group)
	}) {
		return r.applyAll(ctx, objects) // nobody can judge; it says so
	}
	r.applied = append(r.applied, objects...)
	_, err := r.cluster.apply(ctx, objects)
	request := &Request{Name: "kubectl apply", Expect: Verdicts{"refused"}}
	if err != nil && strings.Contains(err.Error(), step.Refused) {
		r.Report.outcome(r.suite.Name+" / "+step.Name, request, observation{verdict: "refused", detail: err.Error()}, nil)
		return nil
	}
	r.Report.outcome(r.suite.Name+" / "+step.Name, request, observation{verdict: "accepted", detail: fmt.Sprint(err)},
		[]string{fmt.Sprintf("expected the API server to refuse with `%s`", step.Refused)})
	return nil
}

// isOfKubernetes tells the API groups that come with the API server; what it lacks of them, it refuses.
func isOfKubernetes(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

func (r *run) mustWarn(step *Step) {
	if step.Warns == "" {
		return
	}
	request, seen, problems := &Request{Name: "kubectl apply", Expect: Verdicts{"warned"}}, observation{verdict: "warned", detail: r.warnings}, []string(nil)
	if !strings.Contains(r.warnings, step.Warns) {
		seen.verdict, problems = "silent", []string{fmt.Sprintf("expected a warning with `%s`", step.Warns)}
	}
	r.Report.outcome(r.suite.Name+" / "+step.Name, request, seen, problems)
}

// mustNotBeTaken judges what the played operator says of objects that the API server has stored.
func (r *run) mustNotBeTaken(step *Step) {
	all := strings.Join(r.refusals, "; ")
	switch request := (&Request{Name: "Kyma's operator (played)", Expect: Verdicts{"not taken"}}); {
	case step.NotTaken == "" && all != "":
		r.Report.fail(r.suite.Name+" / "+step.Name, "Kyma's operator (played) does not process an object: %s", all)
	case step.NotTaken != "" && strings.Contains(all, step.NotTaken):
		r.Report.outcome(r.suite.Name+" / "+step.Name, request, observation{verdict: "not taken", detail: all}, nil)
	case step.NotTaken != "":
		r.Report.outcome(r.suite.Name+" / "+step.Name, request, observation{verdict: "taken", detail: all}, []string{fmt.Sprintf("expected the operator to say `%s`", step.NotTaken)})
	}
}
