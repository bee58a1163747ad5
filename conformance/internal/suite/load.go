package suite

import (
	"context"
	"fmt"
	"sync"
	"time"

	"conformance/internal/client"
)

// startLoad sends the step's load until the returned function is called, which reports. One wrong answer fails the case.
func (r *run) startLoad(ctx context.Context, step *Step) (finish func()) {
	if len(step.Load) == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	results := make([]loadResult, len(step.Load))
	for i := range step.Load {
		// Addresses and certificates are looked up once: the API server may be what fails.
		wire, err := r.wire(ctx, &step.Load[i])
		if err != nil {
			results[i].problems = []string{err.Error()}
			continue
		}
		group.Go(func() { results[i].repeat(ctx, &step.Load[i], wire) })
	}
	return func() {
		cancel()
		group.Wait()
		for i := range results {
			request := step.Load[i]
			request.Name = "under load: " + request.Name
			seen := results[i].last
			seen.detail = fmt.Sprintf("%d times, %d wrong", results[i].count, results[i].wrong)
			r.Report.outcome(r.suite.Name+" / "+step.Name, &request, seen, results[i].problems)
		}
	}
}

type loadResult struct {
	count, wrong int
	last         observation
	problems     []string
}

// pause keeps the load below what two processors manage beside the rest of the rig.
const pause = 5 * time.Millisecond

// fewest is how many requests are sent even if the step is over sooner.
const fewest = 10

func (l *loadResult) repeat(ctx context.Context, request *Request, wire *client.Request) {
	for ctx.Err() == nil || l.count < fewest {
		result := client.Send(context.Background(), *wire) // the last one may end
		l.count++
		l.last = observation{verdict: result.Verdict}
		if !request.Expect.include(result.Verdict) {
			l.wrong++
			if len(l.problems) < 3 {
				l.problems = append(l.problems, fmt.Sprintf("request %d: expected %s, saw %s %s", l.count, request.Expect, result.Verdict, result.Detail))
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}
