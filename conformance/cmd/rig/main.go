// Command rig is the conformance rig: one program that is control plane, node, mesh, client and judge.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"conformance/internal/control"
	"conformance/internal/node"
	"conformance/internal/sandbox"
)

func main() {
	args := os.Args[1:]
	if filepath.Base(os.Args[0]) == "kubectl" { // a symbolic link, for use at a prompt
		args = append([]string{"kubectl"}, args...)
	}
	if len(args) == 0 {
		usage()
	}
	if program, ok := control.Programs[args[0]]; ok {
		os.Args = args // cobra reads os.Args
		os.Exit(program(args[1:]))
	}
	if args[0] == node.ContainerCommand {
		os.Exit(node.RunContainer(args[1]))
	}
	if handled, code := sandbox.Dispatch(args, inside); handled {
		os.Exit(code)
	}
	switch args[0] {
	case "suite", "mesh", "replay":
		os.Exit(sandbox.Enter(args))
	case "exec":
		os.Exit(sandbox.Exec(args[1:]))
	}
	usage()
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: rig suite [flags] FILE... | rig mesh [flags] [MANIFEST...] | rig replay [flags] FILE... | rig exec [COMMAND...]")
	os.Exit(2)
}
