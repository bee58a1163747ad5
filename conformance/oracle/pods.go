package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// pod is one pod, as the controllers and Istio's injector would make it.
type pod struct {
	object  *corev1.Pod
	owner   string // namespace/name of the Deployment
	ip      string
	gateway bool
	sidecar bool
}

// kubernetes is what the controllers of Kubernetes make of the manifests.
type kubernetes struct {
	pods     []*pod
	services []*corev1.Service
	objects  []runtime.Object
	mesh     string
}

func makeCluster(core []*unstructured.Unstructured, address func(int) string) (*kubernetes, error) {
	c := &kubernetes{}
	injected := map[string]bool{}
	for _, object := range core {
		if object.GetKind() == "Namespace" {
			injected[object.GetName()] = object.GetLabels()["istio-injection"] == "enabled"
			namespace := &corev1.Namespace{}
			if err := convert(object, namespace); err != nil {
				return nil, err
			}
			c.objects = append(c.objects, namespace)
		}
	}
	for _, object := range core {
		var err error
		switch object.GetKind() {
		case "Deployment":
			err = c.addPod(object, injected, address)
		case "Service":
			err = c.addService(object)
		case "Secret":
			err = c.addSecret(object)
		case "ConfigMap":
			read := &corev1.ConfigMap{}
			err = convert(object, read)
			c.objects = append(c.objects, read)
			if read.Name == "istio" && read.Namespace == "istio-system" {
				c.mesh = read.Data["mesh"]
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s %s/%s: %w", object.GetKind(), object.GetNamespace(), object.GetName(), err)
		}
	}
	for _, service := range c.services {
		c.objects = append(c.objects, c.endpoints(service))
	}
	return c, nil
}

func convert(object *unstructured.Unstructured, into any) error {
	return runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, into)
}

func (c *kubernetes) addPod(object *unstructured.Unstructured, injected map[string]bool, address func(int) string) error {
	var deployment struct {
		Spec struct {
			Template corev1.PodTemplateSpec `json:"template"`
		} `json:"spec"`
	}
	text, err := json.Marshal(object.Object)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &deployment); err != nil {
		return err
	}
	template := deployment.Spec.Template
	made := &corev1.Pod{ObjectMeta: *template.ObjectMeta.DeepCopy(), Spec: template.Spec}
	made.Name, made.Namespace = object.GetName()+"-1", object.GetNamespace()
	if made.Labels == nil {
		made.Labels = map[string]string{}
	}
	for i := range made.Spec.Containers {
		for j := range made.Spec.Containers[i].Ports {
			if port := &made.Spec.Containers[i].Ports[j]; port.Protocol == "" {
				port.Protocol = corev1.ProtocolTCP // the API server's default
			}
		}
	}
	if made.Spec.ServiceAccountName == "" {
		made.Spec.ServiceAccountName = "default"
	}
	p := &pod{object: made, owner: object.GetNamespace() + "/" + object.GetName(), ip: address(len(c.pods) + 1)}
	proxied := injected[made.Namespace]
	if wish, ok := made.Labels["sidecar.istio.io/inject"]; ok {
		proxied = wish == "true"
	}
	p.gateway = made.Annotations["inject.istio.io/templates"] == "gateway"
	p.sidecar = proxied && !p.gateway
	if p.gateway || p.sidecar {
		made.Labels["security.istio.io/tlsMode"] = "istio"
	}
	made.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: p.ip, PodIPs: []corev1.PodIP{{IP: p.ip}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	c.pods = append(c.pods, p)
	c.objects = append(c.objects, made)
	return nil
}

func (c *kubernetes) addService(object *unstructured.Unstructured) error {
	service := &corev1.Service{}
	if err := convert(object, service); err != nil {
		return err
	}
	service.Spec.ClusterIP = fmt.Sprintf("10.96.0.%d", len(c.services)+1)
	for i := range service.Spec.Ports {
		port := &service.Spec.Ports[i]
		if port.TargetPort == (intstr.IntOrString{}) {
			port.TargetPort = intstr.FromInt32(port.Port)
		}
		if port.Protocol == "" {
			port.Protocol = corev1.ProtocolTCP
		}
	}
	c.services = append(c.services, service)
	c.objects = append(c.objects, service)
	return nil
}

func (c *kubernetes) addSecret(object *unstructured.Unstructured) error {
	// The API server moves stringData into data.
	given, _, _ := unstructured.NestedStringMap(object.Object, "stringData")
	for name, value := range given {
		if err := unstructured.SetNestedField(object.Object, base64.StdEncoding.EncodeToString([]byte(value)), "data", name); err != nil {
			return err
		}
	}
	data, _, _ := unstructured.NestedStringMap(object.Object, "data")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: object.GetName(), Namespace: object.GetNamespace(), Labels: object.GetLabels()}, Data: map[string][]byte{}}
	if kind, ok, _ := unstructured.NestedString(object.Object, "type"); ok {
		secret.Type = corev1.SecretType(kind)
	}
	for name, value := range data {
		bytes, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
		if err != nil {
			return err
		}
		secret.Data[name] = bytes
	}
	c.objects = append(c.objects, secret)
	return nil
}

func (c *kubernetes) behind(service *corev1.Service) []*pod {
	var found []*pod
	if len(service.Spec.Selector) == 0 {
		return nil
	}
	for _, p := range c.pods {
		if p.object.Namespace == service.Namespace && labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(p.object.Labels)) {
			found = append(found, p)
		}
	}
	return found
}

// mounted is the content of a file that a Secret brings into the containers of a pod; empty where there is none.
func (c *kubernetes) mounted(p *pod, path string) string {
	for _, container := range p.object.Spec.Containers {
		for _, mount := range container.VolumeMounts {
			key, ok := strings.CutPrefix(path, strings.TrimSuffix(mount.MountPath, "/")+"/")
			if !ok {
				continue
			}
			for _, volume := range p.object.Spec.Volumes {
				if volume.Name == mount.Name && volume.Secret != nil {
					return c.secret(p.object.Namespace, volume.Secret.SecretName, key)
				}
			}
		}
	}
	return ""
}

func (c *kubernetes) secret(namespace, name, key string) string {
	for _, object := range c.objects {
		if secret, ok := object.(*corev1.Secret); ok && secret.Namespace == namespace && secret.Name == name {
			return string(secret.Data[key])
		}
	}
	return ""
}

// target is the port of a pod that a port of a Service leads to, or 0.
func (p *pod) target(port corev1.ServicePort) int32 {
	if port.TargetPort.Type == intstr.Int {
		return port.TargetPort.IntVal
	}
	for _, container := range p.object.Spec.Containers {
		for _, named := range container.Ports {
			if named.Name == port.TargetPort.StrVal {
				return named.ContainerPort
			}
		}
	}
	return 0
}

func (c *kubernetes) endpoints(service *corev1.Service) runtime.Object {
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Name: service.Name + "-1", Namespace: service.Namespace,
			Labels: map[string]string{discoveryv1.LabelServiceName: service.Name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
	}
	pods := c.behind(service)
	for _, port := range service.Spec.Ports {
		var number int32
		for _, p := range pods {
			if number = p.target(port); number != 0 {
				break
			}
		}
		if number != 0 {
			slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: &port.Name, Port: &number, Protocol: &port.Protocol})
		}
	}
	ready := true
	for _, p := range pods {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{p.ip}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: p.object.Name, Namespace: p.object.Namespace},
		})
	}
	return slice
}

// ports are those on which Services reach a pod.
func (c *kubernetes) ports(p *pod) []int {
	numbers := map[int]bool{}
	for _, service := range c.services {
		for _, other := range c.behind(service) {
			if other != p {
				continue
			}
			for _, port := range service.Spec.Ports {
				if number := p.target(port); number != 0 {
					numbers[int(number)] = true
				}
			}
		}
	}
	var sorted []int
	for number := range numbers {
		sorted = append(sorted, number)
	}
	sort.Ints(sorted)
	return sorted
}

// entrance is where the client connects to.
func (c *kubernetes) entrance(r Request) string {
	if r.Through == "" {
		return c.address(r.To, r.Port)
	}
	for _, p := range c.pods {
		if p.owner == r.Through {
			return fmt.Sprintf("%s:%d", p.ip, r.Port)
		}
	}
	return ""
}

// address is where kube-proxy sends a connection to a Service, or empty.
func (c *kubernetes) address(name string, number int) string {
	for _, service := range c.services {
		if service.Namespace+"/"+service.Name != name {
			continue
		}
		for _, port := range service.Spec.Ports {
			if int(port.Port) != number {
				continue
			}
			for _, p := range c.behind(service) {
				if target := p.target(port); target != 0 {
					return fmt.Sprintf("%s:%d", p.ip, target)
				}
			}
		}
	}
	return ""
}
