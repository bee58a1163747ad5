package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"conformance/internal/replay"
)

// replayFiles sends the requests of files, each with its own manifests, on one mesh. Standard output carries the answer of one file, or the list of the
// answers of several, and nothing else.
func replayFiles(ctx context.Context, o *options, start time.Time) int {
	if len(o.args) == 0 {
		fmt.Fprintln(os.Stderr, "replay needs a file")
		return 2
	}
	var files []*replay.File
	var answers []*replay.Answer
	for _, name := range o.args {
		file, err := replay.Load(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		files, answers = append(files, file), append(answers, &replay.Answer{Istio: o.istio, Envoy: o.envoy})
	}
	runner, err := startMesh(ctx, o, start, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the mesh did not start:", err)
		o.saveLogs()
		return 2
	}
	if err := replay.RunAll(ctx, runner, files, answers); err != nil {
		fmt.Fprintln(os.Stderr, "nothing was replayed:", err)
		o.saveLogs()
		return 2
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	var told any = answers
	if len(answers) == 1 {
		told = answers[0]
	}
	if err := encoder.Encode(told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	for _, answer := range answers {
		for _, verdict := range answer.Verdicts {
			if verdict.Outcome == replay.NotReplayed || verdict.Expected != "" {
				return 1
			}
		}
	}
	return 0
}
