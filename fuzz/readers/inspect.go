package readers

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mlsref/cmd/mlsref/inspect"
	"mlsref/fuzz/target"
)

// plain is a style without any.
type plain struct{}

func (plain) Bold(text string) string   { return text }
func (plain) Dim(text string) string    { return text }
func (plain) Red(text string) string    { return text }
func (plain) Wrap(text string) []string { return []string{text} }

func runInspect(in []byte, seen *target.Seen) error {
	for _, form := range []string{inspect.FormBinary, inspect.FormHex, inspect.FormBase64} {
		_, _, _ = inspect.Decode(in, form) // any answer, but no panic
	}
	b, form, err := inspect.Decode(in, "")
	if err != nil {
		seen.Outcome("no " + inspectForm(form))
		return nil
	}
	f, err := inspect.Of(b, "")
	if err != nil {
		return err
	}
	f.Form = form
	if f.Err == nil {
		seen.Outcome(f.Root.Type + ", " + form)
	} else {
		seen.Outcome("malformed, " + form)
	}
	for _, all := range []bool{false, true} {
		var out strings.Builder
		f.Print(&out, plain{}, all)
		if bad := strings.IndexFunc(out.String(), steers); bad >= 0 || !utf8.ValidString(out.String()) {
			return fmt.Errorf("what is printed steers a terminal: %q", out.String())
		}
	}
	j, err := json.Marshal(f.JSON())
	if err == nil && !json.Valid(j) {
		err = fmt.Errorf("what is printed is no JSON: %s", j)
	}
	return err
}

func inspectForm(form string) string {
	if form == "" {
		return "input"
	}
	return form
}

func steers(r rune) bool { return r != '\n' && unicode.IsControl(r) }

func inspectSeeds() ([][]byte, error) {
	proposal := []byte{0, 6, 3, 0xfb, 0xff, 0xbf}
	return [][]byte{
		proposal,
		[]byte("0x" + hex.EncodeToString(proposal) + "\n"),
		[]byte(base64.StdEncoding.EncodeToString(proposal)),
		[]byte("00010001016100000000000000070900000003"),
		{0, 1, 0, 4, 0, 1},
		[]byte("AAEAAQFh"),
		[]byte(" \n"),
	}, nil
}
