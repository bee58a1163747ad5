package suite

import (
	"sync"

	"conformance/internal/sandbox"
)

// remoteSender is the sender whose address the mesh may see: a machine outside of the cluster. The sender `outside` is the node itself, which kube-proxy masks in any case.
const (
	remoteSender  = "remote"
	remoteAddress = "203.0.113.7" // of a network that RFC 5737 keeps for documentation
)

var joinRemote = sync.OnceValues(func() (*sandbox.PodNetwork, error) { return sandbox.NewPodNetwork(remoteSender, remoteAddress) })

// remoteNetwork connects the remote machine to the node, once, and returns the name of its network.
func remoteNetwork() (string, error) {
	network, err := joinRemote()
	if err != nil {
		return "", err
	}
	return network.Name, nil
}
