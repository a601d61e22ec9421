package syntax

import "testing"

// TestRFC: the RFC's own text has nothing wrong and agrees with the code, but for what is
// known.
func TestRFC(t *testing.T) {
	text, ok := rfcText(t)
	if !ok {
		return
	}
	m, problems := markdown(text)
	if len(m.Definitions) < 80 {
		t.Errorf("%d definitions", len(m.Definitions))
	}
	findings := append(append(problems, m.Check()...), m.Compare(Kinds())...)
	open, explained := Explain("rfc9420.md", findings, RFC9420)
	for _, f := range open {
		t.Error(f)
	}
	for _, e := range explained {
		t.Logf("%v [%s]", e.Finding, e.Reason)
	}
	t.Logf("%d definitions", len(m.Definitions))
}

// TestCode: so does what the code says of itself.
func TestCode(t *testing.T) {
	m := module(t, FromCode())
	for _, f := range append(m.Check(), m.Compare(Kinds())...) {
		t.Log(f)
	}
}
