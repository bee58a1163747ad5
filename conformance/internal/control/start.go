package control

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"conformance/internal/sandbox"
)

// Plane is a running control plane.
type Plane struct {
	Config *rest.Config
	Client kubernetes.Interface

	processes map[string]*exec.Cmd
}

const etcdURL = "http://127.0.0.1:2379"

// Kubeconfig is the administrator's.
func Kubeconfig() string { return credential("admin.kubeconfig") }

func credential(file string) string { return filepath.Join(sandbox.State, "credentials", file) }

// Start brings the control plane up and returns when the API server answers and the controllers work.
func Start(ctx context.Context) (*Plane, error) {
	if err := writeCredentials(filepath.Dir(Kubeconfig()), []string{"127.0.0.1", sandbox.KubernetesAddress, sandbox.NodeAddress}); err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", Kubeconfig())
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = -1, 0
	config.WarningHandler = rest.NoWarnings{} // kubectl shows those of the user's objects
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	plane := &Plane{Config: config, Client: client, processes: map[string]*exec.Cmd{}}
	if err := plane.run("etcd", filepath.Join(sandbox.State, "etcd"), etcdURL); err != nil {
		return nil, err
	}
	if err := plane.StartAPIServer(ctx); err != nil {
		return nil, err
	}
	certificates := filepath.Join(sandbox.State, "certificates")
	if err := errors.Join(
		plane.run("kube-controller-manager", "--kubeconfig="+credential("controllers.kubeconfig"), "--leader-elect=false", "--cert-dir="+certificates,
			"--service-account-private-key-file="+credential("sa.key"), "--root-ca-file="+credential("ca.crt"),
			"--use-service-account-credentials=true", // without it the controllers lack the rights they need
			"--controllers=namespace-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,endpointslice-controller,"+
				"deployment-controller,replicaset-controller,job-controller,garbage-collector-controller"),
		// nf_conntrack_max and its timeouts cannot be written in a network namespace.
		plane.run("kube-proxy", "--kubeconfig="+credential("proxy.kubeconfig"), "--proxy-mode=nftables", "--hostname-override=rig", "--cluster-cidr="+sandbox.PodRange,
			"--conntrack-max-per-core=0", "--conntrack-min=0", "--conntrack-tcp-timeout-established=0", "--conntrack-tcp-timeout-close-wait=0"),
	); err != nil {
		return nil, err
	}
	return plane, WaitFor(ctx, 60*time.Second, "controllers (ServiceAccount default/default)", func() (bool, error) {
		_, err := client.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return err == nil, err
	})
}

// StartAPIServer starts the API server and waits until it is ready; also after StopAPIServer.
func (p *Plane) StartAPIServer(ctx context.Context) error {
	err := p.run("kube-apiserver", "--etcd-servers="+etcdURL, "--bind-address=0.0.0.0", "--secure-port=6443", "--advertise-address="+sandbox.NodeAddress,
		"--tls-cert-file="+credential("apiserver.crt"), "--tls-private-key-file="+credential("apiserver.key"), "--client-ca-file="+credential("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local", "--service-account-key-file="+credential("sa.key"),
		"--service-account-signing-key-file="+credential("sa.key"), "--authorization-mode=RBAC", "--service-cluster-ip-range="+sandbox.ServiceRange,
		"--allow-privileged=true", "--cert-dir="+filepath.Join(sandbox.State, "certificates"), "--profiling=false", "--v=1")
	if err != nil {
		return err
	}
	return WaitFor(ctx, 60*time.Second, "kube-apiserver", func() (bool, error) {
		_, err := p.Client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return err == nil, nil
	})
}

// StopAPIServer kills the API server.
func (p *Plane) StopAPIServer() error { return p.kill("kube-apiserver") }

// StartCertManager runs cert-manager's controllers; their CRDs must exist.
func (p *Plane) StartCertManager() error { return p.run("cert-manager", Kubeconfig()) }

func (p *Plane) run(program string, args ...string) error {
	log, err := os.OpenFile(LogFile(program), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command("/proc/self/exe", append([]string{program}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + sandbox.State}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	p.processes[program] = cmd
	return nil
}

func (p *Plane) kill(program string) error {
	cmd := p.processes[program]
	if cmd == nil {
		return fmt.Errorf("%s is not running", program)
	}
	delete(p.processes, program)
	if err := cmd.Process.Kill(); err != nil {
		return err
	}
	_ = cmd.Wait()
	return nil
}

// LogFile is where a program of the control plane writes.
func LogFile(program string) string { return filepath.Join(sandbox.State, "log", program+".log") }

// WaitFor polls until done, an error or the time limit.
func WaitFor(ctx context.Context, limit time.Duration, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := done()
		if ok {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			if err != nil {
				return fmt.Errorf("%s: not ready within %s: %w", what, limit, err)
			}
			return fmt.Errorf("%s: not ready within %s", what, limit)
		case <-tick.C:
		}
	}
}
