package suite

import (
	"fmt"
	"strings"
)

// proof is what the mesh has shown of one check: that broken manifests have the effect which the check claims, and that repaired ones do not.
type proof struct {
	check            string
	broken, repaired tally
}

type tally struct{ steps, passed, failed int }

func (t tally) String() string {
	switch {
	case t.failed > 0:
		return fmt.Sprintf("NO, %d of %d wrong", t.failed, t.passed+t.failed)
	case t.passed > 0:
		return fmt.Sprintf("yes, %d", t.passed)
	case t.steps > 0:
		return "no request"
	}
	return "no step"
}

// prove counts a step of a check's suite; its name begins with `broken` or `repaired`.
func (r *Report) prove(check, step string, passed, failed int, err error) {
	if len(r.proofs) == 0 || r.proofs[len(r.proofs)-1].check != check {
		r.proofs = append(r.proofs, &proof{check: check})
	}
	current := r.proofs[len(r.proofs)-1]
	side := &current.repaired
	switch {
	case strings.HasPrefix(step, "broken"):
		side = &current.broken
	case !strings.HasPrefix(step, "repaired"):
		return
	}
	if err != nil {
		failed++
	}
	side.steps++
	side.passed += passed
	side.failed += failed
}

// printProofs prints the table check × broken manifests show the effect, repaired ones do not; with the number of requests that say so.
func (r *Report) printProofs() {
	if len(r.proofs) == 0 {
		return
	}
	fmt.Fprintf(r.Out, "\n%-24s %-24s %s\n", "check", "effect shown, broken", "gone, repaired")
	shown := 0
	for _, p := range r.proofs {
		fmt.Fprintf(r.Out, "%-24s %-24s %s\n", clip(p.check, 24), p.broken, p.repaired)
		if p.broken.passed > 0 && p.broken.failed == 0 && p.repaired.passed > 0 && p.repaired.failed == 0 {
			shown++
		}
	}
	fmt.Fprintf(r.Out, "%d of %d checks are shown both ways on this mesh\n", shown, len(r.proofs))
}
