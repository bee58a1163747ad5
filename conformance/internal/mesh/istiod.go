package mesh

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"conformance/internal/node"
	"conformance/internal/sandbox"
)

// get reads a page that a pod serves on its own loopback address.
func get(ctx context.Context, pod *corev1.Pod, method string, port int, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), nil)
	if err != nil {
		return nil, err
	}
	response, err := sandbox.HTTPClient(node.NetworkName(pod.Status.PodIP)).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %.200s", path, response.Status, body)
	}
	return body, nil
}

func (m *Mesh) istiod(ctx context.Context) (*corev1.Pod, error) {
	pods, err := m.Plane.Client.CoreV1().Pods(SystemNamespace).List(ctx, metav1.ListOptions{LabelSelector: "app=istiod"})
	if err != nil {
		return nil, err
	}
	for i := range pods.Items {
		if pods.Items[i].DeletionTimestamp == nil && ready(&pods.Items[i]) {
			return &pods.Items[i], nil
		}
	}
	return nil, fmt.Errorf("istiod is not running")
}

func ready(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// proxies lists the ready pods with an Envoy.
func (m *Mesh) proxies(ctx context.Context) ([]*corev1.Pod, error) {
	pods, err := m.Plane.Client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var found []*corev1.Pod
	for i := range pods.Items {
		pod := &pods.Items[i]
		if pod.DeletionTimestamp == nil && ready(pod) && HasProxy(pod) {
			found = append(found, pod)
		}
	}
	return found, nil
}

// resourceStatus is what istiod knows about one type of configuration at one proxy.
type resourceStatus struct {
	Sent, Acked string
	SentTime    time.Time
	LastError   string
}

// syncStatus is read from istiod's /debug/syncz; by `<pod>.<namespace>`, then by type.
func (m *Mesh) syncStatus(ctx context.Context, istiod *corev1.Pod) (map[string]map[string]resourceStatus, error) {
	body, err := get(ctx, istiod, http.MethodGet, 8080, "/debug/syncz")
	if err != nil {
		return nil, err
	}
	var list []struct {
		Proxy     string
		Resources map[string]resourceStatus
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	status := map[string]map[string]resourceStatus{}
	for _, proxy := range list {
		status[proxy.Proxy] = proxy.Resources
	}
	return status, nil
}

var rejectMetric = regexp.MustCompile(`(?m)^(pilot_total_xds_rejects|pilot_xds_[a-z]+_reject)(\{[^}]*\})? (\S+)$`)

// Rejections counts what any Envoy has refused since istiod started, by metric.
func (m *Mesh) Rejections(ctx context.Context) (map[string]float64, error) {
	istiod, err := m.istiod(ctx)
	if err != nil {
		return nil, err
	}
	metrics, err := get(ctx, istiod, http.MethodGet, 15014, "/metrics")
	if err != nil {
		return nil, err
	}
	return rejectionsIn(string(metrics))
}

func rejectionsIn(metrics string) (map[string]float64, error) {
	counts := map[string]float64{}
	for _, match := range rejectMetric.FindAllStringSubmatch(metrics, -1) {
		count, err := strconv.ParseFloat(match[3], 64)
		if err != nil {
			return nil, err
		}
		counts[match[1]+match[2]] = count
	}
	return counts, nil
}

func shortType(url string) string { return url[strings.LastIndexAny(url, ".")+1:] }

// HasProxy tells whether a pod has an Envoy.
func HasProxy(pod *corev1.Pod) bool {
	for _, c := range append(append([]corev1.Container{}, pod.Spec.InitContainers...), pod.Spec.Containers...) {
		if c.Name == "istio-proxy" {
			return true
		}
	}
	return false
}
