package suite

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"conformance/internal/client"
)

const head = "name: s\nsteps:\n- name: one\n  requests:\n  - "

func TestMistakesInASuiteAreErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"name: s", "a suite needs a name and steps"},
		{"name: s\nstep: []", `unknown field "step"`},
		{head + "{name: a, url: https://h/, expect: 200, expct: 1}", `unknown field "expct"`},
		{head + "{name: a, url: https://h/}", "an expected outcome is needed"},
		{head + "{name: a, url: https://h/, expect: 99}", "invalid outcome `99`: expected a status code, refused, untrusted, reset, unreachable or timeout"},
		{head + "{name: a, url: https://h/, expect: denied}", "invalid outcome `denied`"},
		{head + "{name: a, expect: 200}", "either a URL or arguments for curl are needed"},
		{head + "{name: a, url: https://h/, curl: [x], expect: 200}", "either a URL or arguments for curl are needed"},
		{head + "{name: a, url: https://h/, from: moon, expect: 200}", "invalid sender `moon`: expected outside, remote, mesh, neighbour or plaintext"},
		{head + "{name: a, url: https://h/, certificate: c, expect: 200}", "no certificate is called `c`"},
		{head + "{name: a, url: https://h/, token: t, expect: 200}", "no token is called `t`"},
		{head + "{name: a, url: https://h/, identity: default/caller, expect: 200}", "invalid identity `default/caller`"},
		{head + "{name: a, url: https://h/, expect: 200}\n  - {name: a, url: https://h/, expect: 200}", "the name is used twice"},
		{head + "{name: a, url: https://h/, expect: 200}\nmutations:\n- {name: m, noticedBy: [b]}", "mutation `m`: the last step has no request `b`"},
		{head + "{name: a, url: https://h/, expect: 200}\nmutations:\n- {name: m}", "needs a name and the requests that notice it"},
		{"name: s\nsteps: [{name: one, faults: [rain]}]", "invalid fault `rain`"},
		{head + "{name: a, url: https://h/, trustDomain: old.example, expect: 200}", "a trust domain needs an identity"},
		{"name: s\ncolumn: moon\nsteps: [{name: one}]", "invalid column `moon`: expected 1.30, next or old-envoy"},
		{"name: s\nsteps: [{name: one, cdk8s: FILE_PER_RESOURCE}]", "`cdk8s` goes with manifests in place only"},
		{"name: s\nneeds: [moon]\nsteps: [{name: one}]", "no workload is called `moon`"},
		{"name: s\nsteps: [{name: one, crashes: moon}]", "invalid program `moon`"},
		{"name: s\nsteps: [{name: one, crashes: gateway, rejected: lds}]", "`crashes` goes with manifests, secrets and requests only"},
	} {
		_, err := Parse([]byte(test.text))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s\n got %v\nwant %s", test.text, err, test.want)
		}
	}
}

func TestOutcomesAreNumbersWordsOrLists(t *testing.T) {
	s, err := Parse([]byte(head + "{name: a, url: https://h/, expect: 200}\n  - {name: b, url: https://h/, expect: refused}\n  - {name: c, url: https://h/, expect: [403, reset]}"))
	if err != nil {
		t.Fatal(err)
	}
	requests := s.Steps[0].Requests
	for i, want := range []string{"200", "refused", "403 or reset"} {
		if got := requests[i].Expect.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if !requests[2].Expect.include("reset") || requests[2].Expect.include("200") {
		t.Error("a list includes what it should not, or the reverse")
	}
}

func TestEveryCommittedSuiteIsWellFormed(t *testing.T) {
	for _, folder := range []string{"suites", "checks"} {
		files, err := filepath.Glob("../../" + folder + "/*.yaml")
		if err != nil || len(files) == 0 {
			t.Fatal("no suite found in", folder, err)
		}
		for _, file := range files {
			s, err := Load(file)
			if err != nil {
				t.Error(err)
			} else if s.isolated != (folder == "checks") {
				t.Errorf("%s: isolated is %v", file, s.isolated)
			}
		}
	}
}

func TestNeededWorkloadsAreWellFormed(t *testing.T) {
	entries, err := workloads.ReadDir("workloads")
	if err != nil || len(entries) < 2 {
		t.Fatal(entries, err)
	}
	for _, entry := range entries {
		if objects, err := neededWorkloads(strings.TrimSuffix(entry.Name(), ".yaml")); err != nil || len(objects) == 0 {
			t.Errorf("%s: %d objects, %v", entry.Name(), len(objects), err)
		}
	}
}

func TestAProofNeedsBothSides(t *testing.T) {
	var out strings.Builder
	r := &Report{Out: &out}
	r.prove("MTLS901", "broken: a", 2, 0, nil)
	r.prove("MTLS901", "repaired: a", 1, 0, nil)
	r.prove("MTLS902", "broken: a", 1, 1, nil)
	r.prove("MTLS902", "repaired: a", 1, 0, nil)
	r.prove("MTLS903", "broken: a", 0, 0, nil)
	r.prove("MTLS904", "broken: a", 1, 0, nil)
	r.prove("MTLS904", "repaired: a", 0, 0, errors.New("no"))
	r.printProofs()
	for _, want := range []string{"yes, 2", "NO, 1 of 2 wrong", "no request", "no step", "NO, 1 of 1 wrong", "1 of 4 checks are shown both ways"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("`%s` is missing in\n%s", want, out.String())
		}
	}
}

func TestAnIsolatedStepKeepsOnlyWhatTheNextOneHasUnderTheSameName(t *testing.T) {
	objects, err := neededWorkloads("tcp-server")
	if err != nil {
		t.Fatal(err)
	}
	again, _ := neededWorkloads("tcp-server")
	again[0].SetLabels(map[string]string{"app": "other"})
	if !contains(again, objects[0]) {
		t.Error("a changed object is not left for kubectl")
	}
	again[0].SetNamespace("other")
	if contains(again, objects[0]) {
		t.Error("an object of another namespace is taken for the same")
	}
}

func TestEchoComparesExactlyAndNamesWhatDiffers(t *testing.T) {
	result := client.Result{Body: []byte(`{"headers": {"X-A": ["1"], "X-B": ["1", "2"]}}`)}
	if problems := compareEcho(map[string]any{"x-a": 1, "X-B": []any{"1", "2"}, "x-c": nil}, result); len(problems) > 0 {
		t.Errorf("problems %v", problems)
	}
	for _, wrong := range []map[string]any{{"x-a": nil}, {"x-a": "2"}, {"x-b": "1"}, {"x-b": []any{"2", "1"}}, {"x-c": "1"}} {
		if len(compareEcho(wrong, result)) != 1 {
			t.Errorf("%v: no problem found", wrong)
		}
	}
	if len(compareEcho(map[string]any{"a": nil}, client.Result{Body: []byte("RBAC: access denied")})) != 1 {
		t.Error("an answer that is no echo passes")
	}
}

func TestOnlyNewRejectionsCountAndTheExpectedOneIsNoFailure(t *testing.T) {
	before := map[string]float64{`r{type="lds"}`: 1}
	now := map[string]float64{`r{type="lds"}`: 1, `r{type="sds"}`: 2}
	if unexpected, seen := newRejections(before, now, "sds"); len(unexpected) > 0 || !seen {
		t.Errorf("unexpected %v, seen %v", unexpected, seen)
	}
	if unexpected, _ := newRejections(before, now, ""); len(unexpected) != 1 {
		t.Errorf("unexpected %v", unexpected)
	}
	if _, seen := newRejections(now, now, "sds"); seen {
		t.Error("an old rejection is taken for a new one")
	}
}
