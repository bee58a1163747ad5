package sandbox

import (
	"fmt"
	"net"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

func parseIP(address string) net.IP { return net.ParseIP(address).To4() }

func host(address string) *net.IPNet {
	return &net.IPNet{IP: parseIP(address), Mask: net.CIDRMask(32, 32)}
}

// AddAddress gives the node one more address.
func AddAddress(address string) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	return netlink.AddrReplace(lo, &netlink.Addr{IPNet: host(address)})
}

// PodNetwork is a network namespace with one interface, eth0, routed by the node.
type PodNetwork struct {
	Name    string
	Address string
	handle  netns.NsHandle
}

// NewPodNetwork creates the namespace and connects it to the node.
func NewPodNetwork(name, address string) (*PodNetwork, error) {
	network := &PodNetwork{Name: name, Address: address}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	node, err := netns.Get()
	if err != nil {
		return nil, err
	}
	defer node.Close()
	network.handle, err = netns.NewNamed(name)
	if err != nil {
		return nil, fmt.Errorf("network namespace %s: %w", name, err)
	}
	if err := netns.Set(node); err != nil {
		return nil, err
	}
	if err := network.connect(); err != nil {
		network.Close()
		return nil, err
	}
	return network, nil
}

func (n *PodNetwork) connect() error {
	ip := parseIP(n.Address)
	outer := fmt.Sprintf("pod%d-%d", ip[2], ip[3])
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: outer}, PeerName: "eth0", PeerNamespace: netlink.NsFd(int(n.handle))}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("veth: %w", err)
	}
	link, err := netlink.LinkByName(outer)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return err
	}
	if err := netlink.AddrAdd(link, &netlink.Addr{IPNet: host(NodeAddress)}); err != nil {
		return err
	}
	if err := netlink.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: host(n.Address), Scope: netlink.SCOPE_LINK}); err != nil {
		return err
	}
	return n.Do(func() error {
		// Container runtimes set this for every pod; Envoy runs as an ordinary user and binds port 80 or 443.
		if err := os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0o644); err != nil {
			return err
		}
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(lo); err != nil {
			return err
		}
		eth0, err := netlink.LinkByName("eth0")
		if err != nil {
			return err
		}
		if err := netlink.AddrAdd(eth0, &netlink.Addr{IPNet: host(n.Address)}); err != nil {
			return err
		}
		if err := netlink.LinkSetUp(eth0); err != nil {
			return err
		}
		if err := netlink.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Dst: host(NodeAddress), Scope: netlink.SCOPE_LINK}); err != nil {
			return err
		}
		return netlink.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: parseIP(NodeAddress)})
	})
}

// Do runs f on a thread that is inside the pod's network namespace.
// What f starts or opens stays there: sockets and child processes keep the namespace they were made in.
func (n *PodNetwork) Do(f func() error) error { return inNamespace(n.handle, f) }

// DoIn is Do for the namespace of that name.
func DoIn(name string, f func() error) error {
	handle, err := netns.GetFromName(name)
	if err != nil {
		return fmt.Errorf("pod network %s: %w", name, err)
	}
	defer handle.Close()
	return inNamespace(handle, f)
}

func inNamespace(handle netns.NsHandle, f func() error) error {
	runtime.LockOSThread()
	node, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer node.Close()
	if err := netns.Set(handle); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	result := f()
	if err := netns.Set(node); err != nil {
		return err // the thread stays locked, so the runtime throws it away with the goroutine
	}
	runtime.UnlockOSThread()
	return result
}

// Close removes the namespace once its last process has gone.
func (n *PodNetwork) Close() {
	_ = netns.DeleteNamed(n.Name)
	_ = n.handle.Close()
}
