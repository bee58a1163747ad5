// Package mesh installs Istio on the rig's cluster, and knows when istiod and every Envoy have taken over a change.
package mesh

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"

	"conformance/internal/control"
	"conformance/internal/node"
)

// SystemNamespace is where istiod and the ingress gateway run.
const SystemNamespace = "istio-system"

// Options say what to install.
type Options struct {
	Programs       string   // directory of the binaries
	Manifests      string   // what `istioctl manifest generate` wrote
	CRDDirectories []string // further CustomResourceDefinitions
	JWKSAuthority  []byte   // PEM of the CA that istiod trusts when it fetches keys
	Names          []string // further host names, that resolve to NamesAddress in every pod
	NamesAddress   string
}

// Mesh is a running mesh.
type Mesh struct {
	Plane   *control.Plane
	Agent   *node.Agent
	Dynamic dynamic.Interface

	fence int
}

// Start brings up control plane, node, istiod and ingress gateway; progress is told of each step.
func Start(ctx context.Context, options Options, progress func(step string)) (*Mesh, error) {
	plane, err := control.Start(ctx)
	if err != nil {
		return nil, err
	}
	progress("API server and controllers")
	agent, err := node.Start(ctx, plane.Client, options.Programs)
	if err != nil {
		return nil, err
	}
	agent.SetHostNames(options.NamesAddress, options.Names) // at once: programs remember for seconds that a name is unknown
	client, err := dynamic.NewForConfig(plane.Config)
	if err != nil {
		return nil, err
	}
	m := &Mesh{Plane: plane, Agent: agent, Dynamic: client}
	crds, err := collectCRDs(options.CRDDirectories)
	if err != nil {
		return nil, err
	}
	manifests, err := os.ReadFile(options.Manifests)
	if err != nil {
		return nil, err
	}
	authority, err := json.Marshal(string(options.JWKSAuthority)) // JSON strings are YAML strings
	if err != nil {
		return nil, err
	}
	manifests = bytes.Replace(manifests, []byte("extra.pem: RIG_JWKS_CA"), append([]byte("extra.pem: "), authority...), 1)
	namespace := fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata: {name: %s}\n", SystemNamespace)
	for _, step := range []struct {
		name    string
		content []byte
	}{{"namespace", []byte(namespace)}, {"CRDs", crds}, {"Istio's manifests", manifests}} {
		if _, err := control.Kubectl(ctx, bytes.NewReader(step.content), "apply", "--server-side", "-f", "-"); err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
	}
	progress("CRDs and Istio's manifests")
	for _, name := range []string{"istiod", "istio-ingressgateway"} {
		if err := m.WaitForDeployment(ctx, SystemNamespace, name); err != nil {
			return nil, err
		}
		progress(name)
	}
	return m, m.waitForValidation(ctx)
}

// WaitForDeployment waits until the rollout is complete.
func (m *Mesh) WaitForDeployment(ctx context.Context, namespace, name string) error {
	err := control.WaitFor(ctx, 60*time.Second, "Deployment "+namespace+"/"+name, func() (bool, error) {
		d, err := m.Plane.Client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, nil // the API server may be away
		}
		want := int32(1)
		if d.Spec.Replicas != nil {
			want = *d.Spec.Replicas
		}
		s := d.Status
		return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == want && s.ReadyReplicas == want && s.Replicas == want, nil
	})
	if err != nil {
		return fmt.Errorf("%w\n%s", err, m.describePods(ctx, namespace))
	}
	return nil
}

// ReplacePods deletes the pods of a Deployment and waits for new ones.
func (m *Mesh) ReplacePods(ctx context.Context, namespace, name string) error {
	deployment, err := m.Plane.Client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	selector := metav1.FormatLabelSelector(deployment.Spec.Selector)
	pods, err := m.Plane.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return err
	}
	for _, pod := range pods.Items {
		if err := m.Plane.Client.CoreV1().Pods(namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
		err := control.WaitFor(ctx, 30*time.Second, "end of pod "+pod.Name, func() (bool, error) {
			_, err := m.Plane.Client.CoreV1().Pods(namespace).Get(ctx, pod.Name, metav1.GetOptions{})
			return apierrors.IsNotFound(err), nil
		})
		if err != nil {
			return err
		}
	}
	return m.WaitForDeployment(ctx, namespace, name)
}

func (m *Mesh) describePods(ctx context.Context, namespace string) string {
	pods, err := m.Plane.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return err.Error()
	}
	var lines []string
	for _, p := range pods.Items {
		lines = append(lines, fmt.Sprintf("  pod %s: %s %s", p.Name, p.Status.Phase, p.Status.Message))
	}
	return strings.Join(lines, "\n")
}

// waitForValidation waits until istiod has switched its own webhook to refuse objects while it is away.
func (m *Mesh) waitForValidation(ctx context.Context) error {
	return control.WaitFor(ctx, 60*time.Second, "validation webhook", func() (bool, error) {
		w, err := m.Plane.Client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Get(ctx, "istiod-default-validator", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, hook := range w.Webhooks {
			if hook.FailurePolicy == nil || *hook.FailurePolicy != "Fail" {
				return false, nil
			}
		}
		return len(w.Webhooks) > 0, nil
	})
}

// IngressAddress is the ingress gateway's load balancer address.
func (m *Mesh) IngressAddress(ctx context.Context) (string, error) {
	s, err := m.Plane.Client.CoreV1().Services(SystemNamespace).Get(ctx, "istio-ingressgateway", metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if len(s.Status.LoadBalancer.Ingress) == 0 {
		return "", fmt.Errorf("the ingress gateway has no address")
	}
	return s.Status.LoadBalancer.Ingress[0].IP, nil
}

// PodDirectory is where the node keeps the logs of a pod.
func PodDirectory(namespace, name string) string {
	return filepath.Join(node.PodsDirectory, namespace+"_"+name)
}
