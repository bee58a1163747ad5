package node

import (
	"fmt"
	"regexp"

	corev1 "k8s.io/api/core/v1"
)

// program is what runs in place of an image.
type program struct {
	argv []string
	user int64
}

// Istio's images run as this user, which istio-iptables exempts from redirection.
const istioUser = 1337

var images = []struct {
	name    *regexp.Regexp
	program program
}{
	{imageName("proxyv2"), program{[]string{"/usr/local/bin/pilot-agent"}, istioUser}},
	{imageName("pilot"), program{[]string{"/usr/local/bin/pilot-discovery"}, istioUser}},
	{imageName("go-httpbin"), program{[]string{"/usr/local/bin/go-httpbin"}, 0}},
	{imageName("httpbin"), program{[]string{"/usr/local/bin/go-httpbin", "-port", "80"}, 0}},
	{imageName("rig/echo"), program{[]string{"/usr/local/bin/echo"}, 0}},
	{imageName("curl"), program{[]string{"/usr/bin/curl"}, 0}},
}

func imageName(name string) *regexp.Regexp { return regexp.MustCompile(`(^|/)` + name + `([:@]|$)`) }

// programFor says what to run for a container without a command.
// An unknown image is played by go-httpbin on the container's first port: a stand-in that shows which requests arrive and with which headers.
func programFor(c corev1.Container) (chosen program, standIn bool) {
	for _, image := range images {
		if image.name.MatchString(c.Image) {
			return image.program, false
		}
	}
	port := int32(8080)
	if len(c.Ports) > 0 {
		port = c.Ports[0].ContainerPort
	}
	return program{argv: []string{"/usr/local/bin/go-httpbin", "-port", fmt.Sprint(port)}}, true
}
