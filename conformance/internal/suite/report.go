package suite

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Report collects outcomes and prints them as they come.
type Report struct {
	Out     io.Writer
	Verbose bool // print passed cases too
	Start   time.Time

	Passed, Failed, Unjudged int
	failures                 []string
	proofs                   []*proof
	first                    time.Duration // from the start to the first verdict
}

func (r *Report) heading(format string, args ...any) { fmt.Fprintf(r.Out, "\n"+format+"\n", args...) }
func (r *Report) note(format string, args ...any)    { fmt.Fprintf(r.Out, "   · "+format+"\n", args...) }

func (r *Report) fail(where, format string, args ...any) {
	r.Failed++
	message := fmt.Sprintf(format, args...)
	r.failures = append(r.failures, where+": "+message)
	fmt.Fprintf(r.Out, "   ✗ %s\n", message)
}

// outcome prints one row of the table client × request → expected, seen.
func (r *Report) outcome(where string, request *Request, seen observation, problems []string) {
	if r.first == 0 && !r.Start.IsZero() {
		r.first = time.Since(r.Start)
	}
	mark := "✓"
	if len(problems) > 0 {
		mark = "✗"
		r.Failed++
		r.failures = append(r.failures, fmt.Sprintf("%s: %s: %s", where, request.Name, strings.Join(problems, "; ")))
	} else {
		r.Passed++
		if !r.Verbose && request == nil {
			return
		}
	}
	detail := seen.verdict
	if seen.detail != "" {
		detail += " (" + seen.detail + ")"
	}
	fmt.Fprintf(r.Out, "   %s %-66s %-34s %-10s %s\n", mark, clip(request.Name, 66), clip(request.client(), 34), request.Expect, clip(detail, 70))
	for _, problem := range problems {
		fmt.Fprintf(r.Out, "       %s\n", problem)
	}
	for _, line := range seen.evidence {
		fmt.Fprintf(r.Out, "       | %s\n", clip(line, 200))
	}
}

// Summary prints the end of the report and tells whether everything passed.
func (r *Report) Summary(duration time.Duration) bool {
	r.printProofs()
	if r.first > 0 {
		fmt.Fprintf(r.Out, "\nfirst verdict after %.1f s\n", r.first.Seconds())
	}
	fmt.Fprintf(r.Out, "\n%d passed, %d failed, in %.1f s\n", r.Passed, r.Failed, duration.Seconds())
	if r.Unjudged > 0 {
		fmt.Fprintf(r.Out, "%d objects were NOT judged by the API server: their CustomResourceDefinitions are missing; set CRDS_DIR to a directory that has them\n", r.Unjudged)
	}
	for _, failure := range r.failures {
		fmt.Fprintf(r.Out, "  ✗ %s\n", failure)
	}
	return r.Failed == 0 && r.Passed > 0
}

func clip(text string, width int) string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", " ")
	if runes := []rune(text); len(runes) > width {
		return string(runes[:width-1]) + "…"
	}
	return text
}

// client describes who sends, for the table.
func (r *Request) client() string {
	if len(r.Curl) > 0 {
		return "curl"
	}
	words := []string{}
	if r.From != "" && r.From != "outside" {
		words = append(words, "in "+r.From)
	}
	if r.Identity != "" {
		words = append(words, "workload "+strings.TrimPrefix(r.TrustDomain+"/"+r.Identity, "/"))
	}
	if r.Certificate != "" {
		words = append(words, "cert "+r.Certificate)
	}
	if r.Token != "" {
		words = append(words, "token "+r.Token)
	}
	if r.SNI != nil {
		words = append(words, fmt.Sprintf("SNI %q", *r.SNI))
	}
	if len(words) == 0 {
		return "anybody"
	}
	return strings.Join(words, ", ")
}
