package suite

import (
	"context"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"conformance/internal/fixture"
	"conformance/internal/mesh"
	"conformance/internal/oidc"
	"conformance/internal/sandbox"
)

//go:embed workloads.yaml
var workloads []byte

// Runner runs suites one after the other on one mesh.
type Runner struct {
	Mesh         *mesh.Mesh
	Issuers      *Issuers
	Report       *Report
	CRDsComplete bool // a kind without CustomResourceDefinition is a failure, not a remark

	cluster     *cluster
	ingress     string
	certManager bool

	istiodStopped bool
	rejections    map[string]float64 // seen and reported so far
}

// Prepare deploys the workloads and callers that all suites share.
func (r *Runner) Prepare(ctx context.Context) (err error) {
	if r.cluster, err = newCluster(r.Mesh); err != nil {
		return err
	}
	if r.ingress, err = r.Mesh.IngressAddress(ctx); err != nil {
		return err
	}
	objects, err := parseObjects(workloads)
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
	return r.Mesh.Converge(ctx)
}

// run is one suite being run.
type run struct {
	*Runner
	suite   *Suite
	pki     *fixture.PKI
	issuer  *oidc.Issuer
	tokens  map[string]string
	files   string
	applied []*unstructured.Unstructured // to be removed at the end, last first
	undo    []*unstructured.Unstructured // what patched or deleted objects of others were before
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
	if err := r.putSecrets(ctx, r.suite.Secrets); err != nil {
		return err
	}
	for i := range r.suite.Steps {
		step := &r.suite.Steps[i]
		r.Report.heading("  %s", step.Name)
		if err := r.step(ctx, step); err != nil {
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

// evidence is the end of the access logs of gateway and workload.
func (r *run) evidence(ctx context.Context) []string {
	var lines []string
	for _, app := range [][2]string{{mesh.SystemNamespace, "istio-ingressgateway"}, {metav1.NamespaceDefault, "httpbin"}} {
		pods, err := r.Mesh.Plane.Client.CoreV1().Pods(app[0]).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app[1]})
		if err != nil {
			continue
		}
		for _, pod := range pods.Items {
			r.Mesh.FlushAccessLog(ctx, &pod)
			for _, line := range mesh.LastLogLines(pod.Namespace, pod.Name, "istio-proxy", 2) {
				lines = append(lines, app[1]+": "+line)
			}
		}
	}
	return lines
}

func (r *run) cleanUp(ctx context.Context) error {
	if r.istiodStopped {
		if err := faults["start istiod"](ctx, r); err != nil {
			return err
		}
	}
	for i := len(r.undo) - 1; i >= 0; i-- {
		if err := r.cluster.restore(ctx, r.undo[i]); err != nil {
			return err
		}
	}
	for i := len(r.applied) - 1; i >= 0; i-- {
		if object := r.applied[i]; r.cluster.known(object) {
			if err := r.cluster.remove(ctx, object); err != nil {
				return err
			}
		}
	}
	if len(r.undo) > 0 {
		if err := r.Mesh.WaitForDeployment(ctx, mesh.SystemNamespace, "istio-ingressgateway"); err != nil {
			return err
		}
	}
	return r.Mesh.Converge(ctx)
}
