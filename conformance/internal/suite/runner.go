package suite

import (
	"context"
	"embed"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/fixture"
	"conformance/internal/mesh"
	"conformance/internal/oidc"
	"conformance/internal/sandbox"
)

// workloads are what every suite finds (common.yaml), and what a suite may ask for by name in `needs`.
//
//go:embed workloads/*.yaml
var workloads embed.FS

// Runner runs suites one after the other on one mesh.
type Runner struct {
	Mesh         *mesh.Mesh
	Issuers      *Issuers
	Report       *Report
	Results      string // directory for what is kept of failed cases; empty for nowhere
	CRDsComplete bool   // a kind without CustomResourceDefinition is a failure, not a remark

	cluster     *cluster
	ingress     string
	certManager bool

	istiodStopped bool
	rejections    map[string]float64     // seen and reported so far
	restarts      map[mesh.Program]int32 // likewise
	deployed      map[string]bool        // workloads that a suite has asked for
	kept          int                    // failed cases whose evidence is kept
	unsettled     bool                   // the last suite's objects are removed, but nobody has waited for that to take effect
}

// Samples are the workloads and callers that all suites share.
const Samples = "common"

// Prepare deploys a caller without sidecar, and further workloads by name.
func (r *Runner) Prepare(ctx context.Context, samples ...string) (err error) {
	if r.cluster, err = newCluster(r.Mesh); err != nil {
		return err
	}
	if err = r.playAdmission(ctx); err != nil {
		return err
	}
	if r.ingress, err = r.Mesh.IngressAddress(ctx); err != nil {
		return err
	}
	r.deployed = map[string]bool{}
	for _, name := range append([]string{"plaintext-caller"}, samples...) {
		if err := r.deploy(ctx, name); err != nil {
			return err
		}
	}
	return r.Mesh.Converge(ctx)
}

// deploy applies workloads of that name, once; they stay for the suites to come.
func (r *Runner) deploy(ctx context.Context, name string) error {
	if r.deployed[name] {
		return nil
	}
	objects, err := neededWorkloads(name)
	if err != nil {
		return err
	}
	if _, err := r.cluster.apply(ctx, objects); err != nil {
		return err
	}
	for _, object := range objects {
		if object.GetKind() == "Deployment" {
			if err := r.Mesh.WaitForDeployment(ctx, object.GetNamespace(), object.GetName()); err != nil {
				return err
			}
		}
	}
	r.deployed[name] = true
	return nil
}

func neededWorkloads(name string) ([]*unstructured.Unstructured, error) {
	content, err := workloads.ReadFile("workloads/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no workload is called `%s`: expected one of conformance/internal/suite/workloads, without .yaml", name)
	}
	return parseObjects(content)
}

// run is one suite being run.
type run struct {
	*Runner
	suite    *Suite
	pki      *fixture.PKI
	issuer   *oidc.Issuer
	tokens   map[string]string
	files    string
	applied  []*unstructured.Unstructured     // to be removed at the end, last first
	undo     []*unstructured.Unstructured     // what patched or deleted objects of others were before
	base     int                              // how many of the applied are the suite's own Secrets, not a step's
	healthy  map[mesh.Program]int32           // restarts before the suite
	warnings string                           // of the last kubectl apply
	refusals []string                         // of the played operator, at the last apply
	adapt    func(*unstructured.Unstructured) // changes what a played controller makes, before it is applied
}

// Run runs one suite and removes what it has made, unless it is to be left for somebody to look at.
func (r *Runner) Run(ctx context.Context, s *Suite, leave bool) {
	start := time.Now()
	defer func() { r.Report.note("%.1f s", time.Since(start).Seconds()) }()
	r.Report.heading("%s", s.Name)
	if s.About != "" {
		r.Report.note("%s", strings.TrimSpace(s.About))
	}
	current := &run{Runner: r, suite: s, files: filepath.Join(sandbox.State, "files", strings.ReplaceAll(s.Name, "/", "-")), tokens: map[string]string{}}
	if err := current.all(ctx); err != nil {
		r.Report.fail(s.Name, "%v", err)
	}
	if leave {
		r.Report.note("its objects stay; certificates and keys are in %s, inside", current.files)
		return
	}
	if err := current.cleanUp(ctx); err != nil {
		r.Report.fail(s.Name, "clean-up: %v", err)
	}
}

func (r *run) all(ctx context.Context) (err error) {
	if r.pki, err = fixture.New(r.suite.Authorities, r.suite.Certificates); err != nil {
		return err
	}
	if err := r.writeFiles(); err != nil {
		return err
	}
	if err := r.prepareTokens(); err != nil {
		return err
	}
	for _, need := range r.suite.Needs {
		if err := r.deploy(ctx, need); err != nil {
			return err
		}
	}
	if r.healthy, err = r.Mesh.Restarts(ctx); err != nil {
		return err
	}
	if r.unsettled && (!r.suite.isolated || r.suite.rejects() || r.suite.beginsShut()) { // load may begin before the first step's own convergence
		if err := r.settle(ctx); err != nil {
			return err
		}
		r.unsettled = false
	}
	if err := r.putSecrets(ctx, r.suite.Secrets); err != nil {
		return err
	}
	r.base = len(r.applied)
	for i := range r.suite.Steps {
		step := &r.suite.Steps[i]
		if r.suite.isolated && i > 0 {
			if err := r.clear(ctx, &r.suite.Steps[i-1], step); err != nil {
				return fmt.Errorf("before step `%s`: %w", step.Name, err)
			}
		}
		r.Report.heading("  %s", step.Name)
		passed, failed := r.Report.Passed, r.Report.Failed
		err := r.step(ctx, step)
		if r.suite.isolated {
			r.Report.prove(r.suite.Name, step.Name, r.Report.Passed-passed, r.Report.Failed-failed, err)
		}
		if err != nil {
			return fmt.Errorf("step `%s`: %w", step.Name, err)
		}
	}
	for i := range r.suite.Mutations {
		if err := r.mutate(ctx, &r.suite.Mutations[i]); err != nil {
			return fmt.Errorf("mutation `%s`: %w", r.suite.Mutations[i].Name, err)
		}
	}
	return r.checkRejections(ctx, "")
}

func (r *run) cleanUp(ctx context.Context) error {
	if r.istiodStopped {
		if err := faults["start istiod"](ctx, r); err != nil {
			return err
		}
	}
	if err := r.restoreAll(ctx); err != nil {
		return err
	}
	for i := len(r.applied) - 1; i >= 0; i-- {
		if err := r.removeApplied(ctx, r.applied[i]); err != nil {
			return err
		}
	}
	if err := r.recover(ctx, r.healthy); err != nil {
		return err
	}
	if r.suite.isolated {
		r.Runner.unsettled = true // the next step waits anyway
		return nil
	}
	return r.settle(ctx)
}

// restoreAll brings back what patched or deleted objects of others were.
func (r *run) restoreAll(ctx context.Context) error {
	if len(r.undo) == 0 {
		return nil
	}
	for i := len(r.undo) - 1; i >= 0; i-- {
		if err := r.cluster.restore(ctx, r.undo[i]); err != nil {
			return err
		}
	}
	restored := r.undo
	r.undo = nil
	for _, object := range restored {
		if name := deploymentOf(object); name != "" {
			if err := r.Mesh.WaitForDeployment(ctx, namespaceOf(object), name); err != nil {
				return err
			}
		}
	}
	return r.Mesh.WaitForDeployment(ctx, mesh.SystemNamespace, "istio-ingressgateway")
}

// isOfEveryCluster tells the namespaces that the API server keeps, and that of Istio.
func isOfEveryCluster(namespace string) bool {
	return slices.Contains([]string{"default", "kube-system", "kube-public", "kube-node-lease", mesh.SystemNamespace}, namespace)
}

func (r *run) removeApplied(ctx context.Context, object *unstructured.Unstructured) error {
	if !r.cluster.known(object) || object.GetKind() == "Namespace" && isOfEveryCluster(object.GetName()) {
		return nil
	}
	return r.cluster.remove(ctx, object)
}
