package suite

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"conformance/internal/control"
)

// checkRejections fails if any Envoy has rejected configuration since the last time, other than the expected type.
func (r *run) checkRejections(ctx context.Context, expected string) error {
	var unexpected []string
	err := control.WaitFor(ctx, 10*time.Second, "a rejected push of type "+expected, func() (bool, error) {
		now, err := r.Mesh.Rejections(ctx)
		if err != nil {
			return false, err
		}
		var seen bool
		unexpected, seen = newRejections(r.rejections, now, expected)
		if expected != "" && !seen && len(unexpected) == 0 {
			return false, nil // Envoy's answer may be on its way
		}
		r.Runner.rejections = now
		return true, nil
	})
	if err != nil {
		return err
	}
	if expected != "" {
		r.Report.outcome(r.suite.Name, &Request{Name: "Envoy's answer to a push of type " + expected, Expect: Verdicts{"rejected"}}, observation{verdict: "rejected"}, nil)
	}
	if len(unexpected) > 0 {
		return fmt.Errorf("Envoy rejected configuration: %s", strings.Join(unexpected, "; "))
	}
	return nil
}

func newRejections(before, now map[string]float64, expected string) (unexpected []string, seen bool) {
	for metric, count := range now {
		switch {
		case count <= before[metric]:
		case expected != "" && strings.Contains(metric, expected):
			seen = true
		default:
			unexpected = append(unexpected, fmt.Sprintf("%s rose from %g to %g", metric, before[metric], count))
		}
	}
	sort.Strings(unexpected)
	return unexpected, seen
}
