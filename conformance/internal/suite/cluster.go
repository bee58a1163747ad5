package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"

	"conformance/internal/control"
	"conformance/internal/mesh"
)

// cluster creates, changes and removes objects of any kind.
type cluster struct {
	mesh   *mesh.Mesh
	mapper meta.RESTMapper
	kinds  map[string][]schema.GroupVersionKind // by kind
}

func newCluster(m *mesh.Mesh) (*cluster, error) {
	groups, err := restmapper.GetAPIGroupResources(discovery.NewDiscoveryClientForConfigOrDie(m.Plane.Config))
	if err != nil {
		return nil, err
	}
	c := &cluster{mesh: m, mapper: restmapper.NewDiscoveryRESTMapper(groups), kinds: map[string][]schema.GroupVersionKind{}}
	for _, group := range groups {
		for version, resources := range group.VersionedResources {
			for _, resource := range resources {
				if !strings.Contains(resource.Name, "/") {
					kind := schema.GroupVersionKind{Group: group.Group.Name, Version: version, Kind: resource.Kind}
					c.kinds[resource.Kind] = append(c.kinds[resource.Kind], kind)
				}
			}
		}
	}
	return c, nil
}

// known tells whether the API server has the kind, in any version.
func (c *cluster) known(o *unstructured.Unstructured) bool {
	_, err := c.mapper.RESTMapping(o.GroupVersionKind().GroupKind())
	return err == nil
}

func (c *cluster) client(o *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	kind := o.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err != nil {
		if mapping, err = c.mapper.RESTMapping(kind.GroupKind()); err != nil {
			return nil, err
		}
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return c.mesh.Dynamic.Resource(mapping.Resource), nil
	}
	return c.mesh.Dynamic.Resource(mapping.Resource).Namespace(namespaceOf(o)), nil
}

func namespaceOf(o *unstructured.Unstructured) string {
	if namespace := o.GetNamespace(); namespace != "" {
		return namespace
	}
	return metav1.NamespaceDefault
}

// apply is what a user does: kubectl apply. It returns the warnings.
func (c *cluster) apply(ctx context.Context, objects []*unstructured.Unstructured) (string, error) {
	if len(objects) == 0 {
		return "", nil
	}
	content, err := render(objects)
	if err != nil {
		return "", err
	}
	out, err := control.Kubectl(ctx, bytes.NewReader(content), "apply", "-f", "-")
	var warnings []string
	for _, line := range strings.Split(out, "\n") {
		if strings.HasPrefix(line, "Warning:") {
			warnings = append(warnings, line)
		}
	}
	return strings.Join(warnings, "\n"), err
}

// put creates or replaces one object of the rig's own.
func (c *cluster) put(ctx context.Context, o *unstructured.Unstructured) error {
	client, err := c.client(o)
	if err != nil {
		return err
	}
	content, err := json.Marshal(o.Object)
	if err != nil {
		return err
	}
	force := true
	_, err = client.Patch(ctx, o.GetName(), types.ApplyPatchType, content, metav1.PatchOptions{FieldManager: "rig", Force: &force})
	return err
}

func (c *cluster) remove(ctx context.Context, o *unstructured.Unstructured) error {
	client, err := c.client(o)
	if err != nil {
		return err
	}
	err = client.Delete(ctx, o.GetName(), metav1.DeleteOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return control.WaitFor(ctx, 30*time.Second, "deletion of "+reference(o), func() (bool, error) {
		_, err := client.Get(ctx, o.GetName(), metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return false, err
	})
}

// find reads an object named Kind/namespace/name. Of a kind that several groups have, Istio's is meant, as people mean it.
func (c *cluster) find(ctx context.Context, name string) (*unstructured.Unstructured, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 3 {
		return nil, fmt.Errorf("invalid object `%s`: expected Kind/namespace/name", name)
	}
	var failure error = fmt.Errorf("no kind is called `%s`", parts[0])
	for _, kind := range c.kinds[parts[0]] {
		if len(c.kinds[parts[0]]) > 1 && parts[0] == "Gateway" && kind.Group != "networking.istio.io" {
			continue
		}
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(kind)
		o.SetNamespace(parts[1])
		client, err := c.client(o)
		if err != nil {
			return nil, err
		}
		found, err := getByPattern(ctx, client, parts[2])
		if err == nil {
			return found, nil
		}
		failure = fmt.Errorf("%s: %w", name, err)
	}
	return nil, failure
}

// getByPattern gets the object of that name; with `*` at the end, the one object whose name begins so.
func getByPattern(ctx context.Context, client dynamic.ResourceInterface, name string) (*unstructured.Unstructured, error) {
	prefix, pattern := strings.CutSuffix(name, "*")
	if !pattern {
		return client.Get(ctx, name, metav1.GetOptions{})
	}
	list, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	var found []*unstructured.Unstructured
	for i := range list.Items {
		if strings.HasPrefix(list.Items[i].GetName(), prefix) {
			found = append(found, &list.Items[i])
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%d objects have a name that begins with `%s`, expected one", len(found), prefix)
	}
	return found[0], nil
}

// patch changes an object and returns what it was before.
func (c *cluster) patch(ctx context.Context, p Patch) (*unstructured.Unstructured, error) {
	before, err := c.find(ctx, p.Object)
	if err != nil {
		return nil, err
	}
	client, err := c.client(before)
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(p.Patch)
	if err != nil {
		return nil, err
	}
	if _, err := client.Patch(ctx, before.GetName(), types.JSONPatchType, content, metav1.PatchOptions{FieldManager: "rig"}); err != nil {
		return nil, fmt.Errorf("patch %s: %w", p.Object, err)
	}
	return before, nil
}

// restore brings an object back to what it was.
func (c *cluster) restore(ctx context.Context, before *unstructured.Unstructured) error {
	client, err := c.client(before)
	if err != nil {
		return err
	}
	object := before.DeepCopy()
	now, err := client.Get(ctx, object.GetName(), metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		object.SetResourceVersion("")
		object.SetUID("")
		_, err = client.Create(ctx, object, metav1.CreateOptions{})
	case err == nil:
		object.SetResourceVersion(now.GetResourceVersion())
		_, err = client.Update(ctx, object, metav1.UpdateOptions{})
	}
	return err
}
