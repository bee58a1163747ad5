// Package node plays scheduler, kubelet, network plug-in and container runtime of a one-node cluster.
//
// A pod is a network namespace of its own. A container is a process in private mount and PID namespaces, with a root made of read-only binds of the
// host's /usr and the pod's volumes; a table (images.go) says which program stands for which image. Nothing is pulled.
package node

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"conformance/internal/sandbox"
)

// Name is the name of the node.
const Name = "rig"

// Agent runs every pod of the cluster.
type Agent struct {
	client   kubernetes.Interface
	programs string // directory that containers see as /usr/local/bin
	log      *log.Logger

	pods       cache.SharedIndexInformer
	services   cache.SharedIndexInformer
	secrets    cache.SharedIndexInformer
	configMaps cache.SharedIndexInformer

	mu       sync.Mutex
	running  map[types.UID]*pod
	next     int                 // last pod address given away
	balancer map[string]string   // load balancer addresses by Service
	names    map[string][]string // further host names for every pod's /etc/hosts, by address
}

// Start registers the node and runs pods until ctx is done.
func Start(ctx context.Context, client kubernetes.Interface, programs string) (*Agent, error) {
	file, err := os.Create(filepath.Join(sandbox.State, "log", "node.log"))
	if err != nil {
		return nil, err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	agent := &Agent{
		client: client, programs: programs, log: log.New(file, "", log.LstdFlags|log.Lmicroseconds),
		pods: factory.Core().V1().Pods().Informer(), services: factory.Core().V1().Services().Informer(),
		secrets: factory.Core().V1().Secrets().Informer(), configMaps: factory.Core().V1().ConfigMaps().Informer(),
		running: map[types.UID]*pod{}, next: 9, balancer: map[string]string{}, names: map[string][]string{},
	}
	if err := agent.register(ctx); err != nil {
		return nil, err
	}
	handlers := map[cache.SharedIndexInformer]cache.ResourceEventHandlerFuncs{
		agent.pods:       eachObject(func(object any, deleted bool) { agent.observePod(ctx, object.(*corev1.Pod), deleted) }),
		agent.services:   eachObject(func(any, bool) { agent.observeServices(ctx) }),
		agent.secrets:    eachObject(func(object any, _ bool) { agent.refreshVolumes(object.(*corev1.Secret).Namespace) }),
		agent.configMaps: eachObject(func(object any, _ bool) { agent.refreshVolumes(object.(*corev1.ConfigMap).Namespace) }),
	}
	for informer, handler := range handlers {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	return agent, nil
}

func eachObject(f func(object any, deleted bool)) cache.ResourceEventHandlerFuncs {
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { f(object, false) },
		UpdateFunc: func(_, object any) { f(object, false) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			f(object, true)
		},
	}
}

func (a *Agent) register(ctx context.Context) error {
	labels := map[string]string{"kubernetes.io/hostname": Name, "kubernetes.io/os": "linux", "kubernetes.io/arch": runtime.GOARCH}
	node, err := a.client.CoreV1().Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: Name, Labels: labels}}, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("register node: %w", err)
	}
	node.Spec.Taints = nil // admission marks a new node as not ready
	if node, err = a.client.CoreV1().Nodes().Update(ctx, node, metav1.UpdateOptions{}); err != nil {
		return err
	}
	node.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: sandbox.NodeAddress}, {Type: corev1.NodeHostName, Address: Name}}
	node.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "Rig", LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now()}}
	_, err = a.client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return err
}

// observePod binds, starts or stops a pod. It is called for one event at a time.
func (a *Agent) observePod(ctx context.Context, object *corev1.Pod, deleted bool) {
	a.mu.Lock()
	known := a.running[object.UID]
	a.mu.Unlock()
	finished := object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
	switch {
	case deleted || object.DeletionTimestamp != nil:
		a.mu.Lock()
		delete(a.running, object.UID)
		a.mu.Unlock()
		go func() {
			if known != nil {
				known.stop()
			}
			if !deleted {
				a.confirmDeletion(ctx, object)
			}
		}()
	case object.Spec.NodeName == "":
		binding := &corev1.Binding{
			ObjectMeta: metav1.ObjectMeta{Name: object.Name, Namespace: object.Namespace, UID: object.UID},
			Target:     corev1.ObjectReference{Kind: "Node", Name: Name},
		}
		err := a.client.CoreV1().Pods(object.Namespace).Bind(ctx, binding, metav1.CreateOptions{})
		if err != nil && !apierrors.IsConflict(err) && !apierrors.IsNotFound(err) {
			a.log.Printf("bind %s/%s: %v", object.Namespace, object.Name, err)
		}
	case known == nil && object.Spec.NodeName == Name && !finished:
		a.mu.Lock()
		a.next++
		started := newPod(a, object.DeepCopy(), a.next)
		a.running[object.UID] = started
		a.mu.Unlock()
		go started.run()
	}
}

func (a *Agent) confirmDeletion(ctx context.Context, object *corev1.Pod) {
	now := int64(0)
	err := a.client.CoreV1().Pods(object.Namespace).Delete(ctx, object.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(object.UID)),
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		a.log.Printf("delete %s/%s: %v", object.Namespace, object.Name, err)
	}
}

func (a *Agent) refreshVolumes(namespace string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.running {
		if p.object.Namespace == namespace {
			p.wakeVolumes()
		}
	}
}
