package readers

import (
	"bytes"
	"fmt"
	"io"
	"sync"

	"mlsref/fuzz/target"
	"mlsref/spec"
	"mlsref/spec/agree"
	"mlsref/spec/draft"
	"mlsref/spec/syntax"
)

var (
	statements = sync.OnceValue(spec.Statements)
	draftRules = sync.OnceValue(agree.Rules)
)

func runDraft(in []byte, seen *target.Seen) error {
	doc, problems := draft.Read(file, bytes.NewReader(in))
	lines := 1 + bytes.Count(in, []byte("\n"))
	within := func(line, col, last int, what string) error {
		if line < 1 || line > last || col < 1 {
			return fmt.Errorf("%s is at %d:%d of %d lines", what, line, col, lines)
		}
		return nil
	}
	seen.Outcome(string(doc.Format))
	for _, p := range problems {
		if err := within(p.Line, p.Col, lines, "the problem "+p.Text); err != nil {
			return err
		}
	}
	for _, s := range doc.Statements() {
		if err := within(s.Line, s.Col, lines, "a statement"); err != nil {
			return err
		}
	}
	for _, l := range doc.Labels() {
		if err := within(l.Line, l.Col, lines, "a label"); err != nil {
			return err
		}
	}
	for _, b := range doc.Blocks {
		if err := within(b.Line, 1, lines+1, "a block"); err != nil {
			return err
		}
	}
	r := agree.Check(doc, problems, statements(), nil)
	for _, list := range [][]agree.Finding{r.Findings, r.Known} {
		for _, f := range list {
			if f.Line < 1 || f.Col < 1 || f.Text == "" || draftRules()[f.Rule] == "" {
				return fmt.Errorf("a finding without place, text or rule: %+v", f)
			}
		}
	}
	if err := agree.WriteJSON(io.Discard, []*agree.Report{r}); err != nil {
		return err
	}
	return agree.WriteSARIF(io.Discard, []*agree.Report{r})
}

// draftSeeds are a small draft in each of the three forms.
func draftSeeds() ([][]byte, error) {
	return [][]byte{
		[]byte("---\ntitle: A Teapot\ndocname: draft-teapot-00\n---\n\n--- middle\n\n# Pouring {#pour}\n\nThe pot MUST be warm, see {{pour}} and {{!RFC9180}}.\n\n* A lid SHOULD *close*.\n\n~~~ tls-presentation\nstruct {\n    opaque name<V>;\n} Cup;\n~~~\n{: #cup title=\"A Cup\"}\n\n`DeriveSecret(s, \"teapot\")`\n\n| Value | Name |\n|---|---|\n| 0x0001 | `x` |\n\n--- back\n"),
		[]byte("<?xml version=\"1.0\"?>\n<rfc docName=\"draft-teapot-00\"><front><title>A Teapot</title></front><middle><section anchor=\"pour\"><name>Pouring</name>\n<t>The pot <bcp14>MUST</bcp14> be warm, see <xref target=\"pour\"/>.</t>\n<ul><li>A lid SHOULD&nbsp;close.</li></ul>\n<sourcecode type=\"tls-presentation\"><![CDATA[\nstruct {\n    opaque name<V>;\n} Cup;\n]]></sourcecode>\n<table><tr><th>Value</th></tr><tr><td>0x0001</td></tr></table></section></middle></rfc>\n"),
		[]byte("RFC 9420                     MLS                    July 2023\n\n1.  Pouring\n\n   The pot MUST be warm, see Section 1.\n\n   *  A lid SHOULD close.\n\n   struct {\n       opaque name<V>;\n   } Cup;\n\n                     Figure 1: A Cup\n\n   +=======+======+\n   | Value | Name |\n   +=======+======+\n   | 0x01  | x    |\n   +-------+------+\n\nBarnes                                        [Page 1]\n\f\n"),
		[]byte("--- middle\n\n# Syntax\n\n~~~ tls-presentation\n" + syntax.FromCode()[:2000] + "\n~~~\n"),
	}, nil
}
