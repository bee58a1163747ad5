// Package certmanager runs cert-manager's own controllers, the ones that turn a Certificate into a Secret by way of a CA or self-signed issuer.
package certmanager

import (
	"context"
	"fmt"
	"time"

	controllerpkg "github.com/cert-manager/cert-manager/pkg/controller"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes/scheme"

	cmscheme "github.com/cert-manager/cert-manager/pkg/client/clientset/versioned/scheme"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// ClusterResourceNamespace is where a ClusterIssuer's Secret is looked up, as in cert-manager's own installation.
const ClusterResourceNamespace = "cert-manager"

// Run starts every linked controller and blocks until ctx is done.
func Run(ctx context.Context, kubeconfig string) error {
	if err := cmscheme.AddToScheme(scheme.Scheme); err != nil {
		return err
	}
	factory, err := controllerpkg.NewContextFactory(ctx, controllerpkg.ContextOptions{
		Kubeconfig:         kubeconfig,
		KubernetesAPIQPS:   200,
		KubernetesAPIBurst: 400,
		IssuerOptions:      controllerpkg.IssuerOptions{ClusterResourceNamespace: ClusterResourceNamespace},
		CertificateOptions: controllerpkg.CertificateOptions{CertificateRequestMinimumBackoffDuration: time.Second},
	})
	if err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for name, constructor := range controllerpkg.Known() {
		controller, err := constructor(factory)
		if err != nil {
			return fmt.Errorf("controller %s: %w", name, err)
		}
		group.Go(func() error { return controller.Run(2, groupCtx) })
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	shared.SharedInformerFactory.Start(groupCtx.Done())
	shared.KubeSharedInformerFactory.Start(groupCtx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(groupCtx.Done())
	return group.Wait()
}
