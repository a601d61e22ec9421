package verdicts

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

const exportedFile = `(* A recorded run of MLS (RFC 9420), exported by mlsref. *)
query
  (* canary: expected false, or the process does not run *)
  attacker(canary_told);
  (* epoch 1: exported "x: expected true: y": expected false: exposed, "x: expected true: z" *)
  attacker(n1_a);
  (* message 1: expected true: secret *)
  attacker(m2_b).
`

const exportedSummary = `
Verification summary:

Query not attacker(canary_told[]) is false.

Query not attacker(n1_a[]) is
false.

Query not attacker(m2_b[]) is true.

--------------------------------------------------------------
`

func TestExported(t *testing.T) {
	m, err := LoadExported(put(t, "run.pv", exportedFile))
	if err != nil {
		t.Fatal(err)
	}
	if l := m.Lemmas[1]; l.Name != `epoch 1: exported "x: expected true: y"` || l.Line != 6 || l.Expect[""] != Falsified {
		t.Errorf("got %+v", l)
	}
	for _, c := range []struct {
		name, output string
		want         []Answer
	}{
		{"as it is", exportedSummary, []Answer{Falsified, Falsified, Verified}},
		{"not decided", strings.Replace(exportedSummary, "is true", "cannot be proved", 1), []Answer{Falsified, Falsified, Unknown}},
		{"another query", strings.Replace(exportedSummary, "not attacker(m2", "event(m2", 1), nil},
		{"one is missing", strings.Replace(exportedSummary, "Query not attacker(m2_b[]) is true.", "", 1), nil},
		{"no summary", "RESULT not attacker(m2_b[]) is true.", nil},
	} {
		got, err := exportedAnswers(m, c.output)
		if (err != nil) != (c.want == nil) {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		for i := range c.want {
			if got[i].Verdict != c.want[i] {
				t.Errorf("%s, query %d: %s, want %s", c.name, i, got[i].Verdict, c.want[i])
			}
		}
	}
	for _, old := range []string{"  (* message 1: expected true: secret *)\n", "expected"} {
		if _, err := LoadExported(put(t, "run.pv", strings.ReplaceAll(exportedFile, old, ""))); err == nil {
			t.Errorf("read without %q", old)
		}
	}
}

func TestTooOld(t *testing.T) {
	for version, want := range map[string]bool{"1.6.1": true, "1.8.0 (Maude 3.3.1)": false, "1.10.0": false, "2.0": false} {
		if older(version, oldest[Tamarin]) != want {
			t.Errorf("%s is too old: %t", version, !want)
		}
	}
	for version, want := range map[string]bool{"2.04": true, "2.02pl1": true, "2.05": false, "2.05pl1": false, "3.0": false} {
		if older(version, oldest[ProVerif]) != want {
			t.Errorf("%s is too old: %t", version, !want)
		}
	}
	program := put(t, "old", "#!/bin/sh\necho 'Proverif 1.98. Cryptographic protocol verifier'\n")
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(context.Background(), ProVerif, program); !errors.Is(err, ErrTooOld) {
		t.Errorf("got %v", err)
	}
	if _, err := Find(context.Background(), ProVerif, program+"er"); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
}
