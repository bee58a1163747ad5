package suite

import (
	"context"
	"fmt"
	"time"

	"conformance/internal/control"
)

func (r *run) rotateKeys(ctx context.Context, keepOld bool) error {
	if r.issuer == nil {
		return fmt.Errorf("the suite has no issuer")
	}
	if err := r.issuer.Rotate(keepOld); err != nil {
		return err
	}
	if err := r.signTokens(); err != nil {
		return err
	}
	// istiod fetches the keys on a timer of its own; the second fetch from now on has certainly begun after the rotation.
	before := r.issuer.Fetches()
	return control.WaitFor(ctx, 60*time.Second, "istiod to fetch the keys", func() (bool, error) { return r.issuer.Fetches() >= before+2, nil })
}

func (r *run) prepareTokens() (err error) {
	if r.suite.Issuer == nil {
		return nil
	}
	if r.issuer, err = r.Issuers.Get(r.suite.Issuer); err != nil {
		return err
	}
	return r.signTokens()
}

func (r *run) signTokens() (err error) {
	for name, token := range r.suite.Tokens {
		if token.Endpoint {
			r.tokens[name], err = r.Issuers.fetch(r.suite.Issuer)
		} else {
			r.tokens[name], err = r.issuer.Sign(token.Token)
		}
		if err != nil {
			return fmt.Errorf("token `%s`: %w", name, err)
		}
	}
	return nil
}
