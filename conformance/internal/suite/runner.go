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

func (r *run) step(ctx context.Context, step *Step) error {
	finish := r.startLoad(ctx, step)
	err := r.change(ctx, step)
	if err == nil && step.Refused == "" {
		for i := range step.Requests {
			request := &step.Requests[i]
			seen, problems := r.send(ctx, request)
			if len(problems) > 0 {
				seen.evidence = r.evidence(ctx)
			}
			r.Report.outcome(r.suite.Name+" / "+step.Name, request, seen, problems)
		}
	}
	finish()
	if err == nil && step.Rejected != "" {
		r.Runner.rejections, err = r.Mesh.Rejections(ctx) // a second rejection of the same push may have come late
	}
	return err
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
	objects, err := r.manifests(step.Apply, step.Manifest)
	if err != nil {
		return err
	}
	if step.Refused != "" {
		return r.mustBeRefused(ctx, step, objects)
	}
	if err := r.applyAll(ctx, objects); err != nil {
		return err
	}
	for _, p := range step.Patch {
		if err := r.patch(ctx, p); err != nil {
			return err
		}
	}
	if err := r.restart(ctx, step.Restart); err != nil {
		return err
	}
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

// Ingress is the address of the ingress gateway.
func (r *Runner) Ingress() string { return r.ingress }

// Keep applies somebody's manifests with stand-ins for what is missing, leaves everything there, and returns the directory of the client's certificates.
func (r *Runner) Keep(ctx context.Context, files []string) (string, error) {
	objects, err := readFiles("/", files)
	if err != nil {
		return "", err
	}
	r.Report.heading("your manifests")
	authorities, certificates := StandInPKI()
	current := &run{Runner: r, suite: &Suite{Name: "your manifests", Gardener: standInServerCA}, tokens: map[string]string{}, files: filepath.Join(sandbox.State, "files")}
	if current.pki, err = fixture.New(authorities, certificates); err != nil {
		return "", err
	}
	made, secrets, err := r.StandIns(ctx, objects)
	if err != nil {
		return "", err
	}
	for _, s := range secrets {
		if hosts, ok := strings.CutPrefix(s.Data["hosts"], "text/"); ok {
			certificate := fixture.Certificate{IssuedBy: standInServerCA, Subject: []string{"CN=stand-in"}, DNS: plainHosts(hosts), Use: "server"}
			if err := current.pki.Add(s.Name, certificate); err != nil {
				return "", err
			}
			delete(s.Data, "hosts")
		}
	}
	if err := current.writeFiles(); err != nil {
		return "", err
	}
	if err := current.putSecrets(ctx, secrets); err != nil {
		return "", err
	}
	if err := current.applyAll(ctx, made); err != nil {
		return "", err
	}
	if err := current.applyAll(ctx, objects); err != nil {
		return "", err
	}
	if err := r.Mesh.Converge(ctx); err != nil {
		return "", err
	}
	return current.files, current.checkRejections(ctx, "")
}

// plainHosts drops the namespace of `namespace/host`.
func plainHosts(hosts string) []string {
	var plain []string
	for _, host := range strings.Fields(hosts) {
		if _, after, found := strings.Cut(host, "/"); found {
			host = after
		}
		plain = append(plain, host)
	}
	return plain
}
