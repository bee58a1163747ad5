package suite

import (
	"context"
	"fmt"
	"strings"
	"time"

	"conformance/internal/control"
	"conformance/internal/mesh"
)

// crash applies manifests that must crash a program of the mesh, sends the requests of the step meanwhile, takes the manifests away again
// and replaces what has crashed. So the next step finds a whole mesh, as it would after somebody has deleted the objects in a cluster.
func (r *run) crash(ctx context.Context, step *Step) error {
	before, err := r.Mesh.Restarts(ctx)
	if err != nil {
		return err
	}
	first := len(r.applied)
	err = r.applyCrashing(ctx, step, before)
	if err == nil {
		r.sendAll(ctx, step)
	}
	for i := len(r.applied) - 1; i >= first; i-- {
		if failure := r.removeApplied(ctx, r.applied[i]); failure != nil && err == nil {
			err = failure
		}
	}
	r.applied = r.applied[:first]
	if failure := r.recover(ctx, before); failure != nil && err == nil {
		err = failure
	}
	return err
}

func (r *run) applyCrashing(ctx context.Context, step *Step, before map[mesh.Program]int32) error {
	if err := r.putSecrets(ctx, step.Secrets); err != nil {
		return err
	}
	objects, err := r.manifests(step.Apply, step.Manifest)
	if err != nil {
		return err
	}
	if err := r.applyAll(ctx, objects); err != nil {
		return err
	}
	request, seen := &Request{Name: "crash of " + step.Crashes, Expect: Verdicts{"crashed"}}, observation{verdict: "runs on"}
	problems := []string{"nothing has crashed within the time limit"}
	_ = control.WaitFor(ctx, 30*time.Second, "crash of "+step.Crashes, func() (bool, error) {
		now, err := r.Mesh.Restarts(ctx)
		if err != nil {
			return false, nil
		}
		for _, program := range mesh.Restarted(before, now) {
			if crashed(program, step.Crashes) {
				seen, problems = observation{verdict: "crashed", detail: program.LastWords()}, nil
				return true, nil
			}
		}
		return false, nil
	})
	r.Report.outcome(r.suite.Name+" / "+step.Name, request, seen, problems)
	return nil
}

// crashed tells whether this is the program that the suite names: gateway, istiod, or namespace/app for the sidecar of a workload.
func crashed(program mesh.Program, name string) bool {
	switch name {
	case "gateway":
		return program.Container == "istio-proxy" && program.App == "istio-ingressgateway"
	case "istiod":
		return program.Container == "discovery"
	}
	namespace, app, _ := strings.Cut(name, "/")
	return program.Container == "istio-proxy" && program.Namespace == namespace && program.App == app
}

// recover replaces every program that has crashed since, and waits until the mesh is whole again.
func (r *run) recover(ctx context.Context, before map[mesh.Program]int32) error {
	now, err := r.Mesh.Restarts(ctx)
	if err != nil {
		return err
	}
	programs := mesh.Restarted(before, now)
	if len(programs) == 0 {
		return nil
	}
	if err := r.Mesh.Replace(ctx, programs); err != nil {
		return err
	}
	for _, program := range programs {
		if program.Container == "discovery" {
			r.Runner.rejections = nil // a new istiod counts from zero
		}
	}
	return r.settle(ctx)
}

// settle waits for convergence and takes what has been rejected or has crashed until now for granted.
func (r *run) settle(ctx context.Context) error {
	if err := r.Mesh.Converge(ctx); err != nil {
		return err
	}
	var err error
	if r.Runner.rejections, err = r.Mesh.Rejections(ctx); err != nil {
		return err
	}
	r.Runner.restarts, err = r.Mesh.Restarts(ctx)
	return err
}

// checkCrashes fails if a program has crashed that no step wanted to crash.
func (r *run) checkCrashes(ctx context.Context) error {
	now, err := r.Mesh.Restarts(ctx)
	if err != nil {
		return err
	}
	programs := mesh.Restarted(r.Runner.restarts, now)
	r.Runner.restarts = now
	if len(programs) == 0 {
		return nil
	}
	var words []string
	for _, program := range programs {
		words = append(words, fmt.Sprintf("%s: %s", program, program.LastWords()))
	}
	return fmt.Errorf("crashed and was started again: %s", strings.Join(words, "; "))
}
