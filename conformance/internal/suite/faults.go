package suite

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"conformance/internal/mesh"
)

// faults are what can go wrong with the cluster, by name.
var faults map[string]func(ctx context.Context, r *run) error

func init() { // a literal would refer to itself through clean-up
	faults = map[string]func(ctx context.Context, r *run) error{
		"stop istiod": func(ctx context.Context, r *run) error {
			r.istiodStopped = true
			return r.scaleIstiod(ctx, 0)
		},
		"start istiod": func(ctx context.Context, r *run) error {
			r.istiodStopped, r.rejections = false, nil // a new istiod counts from zero
			return r.scaleIstiod(ctx, 1)
		},
		"restart api server": func(ctx context.Context, r *run) error {
			if err := r.Mesh.Plane.StopAPIServer(); err != nil {
				return err
			}
			return r.Mesh.Plane.StartAPIServer(ctx)
		},
	}
}

func (r *run) scaleIstiod(ctx context.Context, replicas int) error {
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	deployments := r.Mesh.Plane.Client.AppsV1().Deployments(mesh.SystemNamespace)
	if _, err := deployments.Patch(ctx, "istiod", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		return err
	}
	return r.Mesh.WaitForDeployment(ctx, mesh.SystemNamespace, "istiod")
}
