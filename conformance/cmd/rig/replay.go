package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"conformance/internal/replay"
)

// replayFile sends the requests of one file. Standard output carries the answer and nothing else.
func replayFile(ctx context.Context, o *options, start time.Time) int {
	if len(o.args) != 1 {
		fmt.Fprintln(os.Stderr, "replay needs one file")
		return 2
	}
	file, err := replay.Load(o.args[0])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	runner, err := startMesh(ctx, o, start, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mesh did not start:", err)
		o.saveLogs()
		return 2
	}
	answer := &replay.Answer{Istio: o.istio, Envoy: o.envoy}
	if err := replay.Run(ctx, runner, file, answer); err != nil {
		fmt.Fprintln(os.Stderr, "nothing was replayed:", err)
		o.saveLogs()
		return 2
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for _, verdict := range answer.Verdicts {
		if verdict.Outcome == replay.NotReplayed || verdict.Expected != "" {
			return 1
		}
	}
	return 0
}
