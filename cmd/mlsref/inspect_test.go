package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlsref/cmd/mlsref/inspect"
	"mlsref/impl/wire"
)

// The form of an input does not change what it is.
func TestInspectForms(t *testing.T) {
	proposal := wire.Proposal{Type: wire.ProposalExternalInit, ExternalInit: &wire.ExternalInit{KEMOutput: []byte{0xfb, 0xff, 0xbf}}}
	b, err := wire.Marshal(&proposal)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ want, input string }{
		{inspect.FormBinary, string(b)},
		{inspect.FormHex, hex.EncodeToString(b)},
		{inspect.FormHex, "0x" + strings.ToUpper(hex.EncodeToString(b)) + "\n"},
		{inspect.FormBase64, base64.StdEncoding.EncodeToString(b)},
		{inspect.FormBase64, base64.RawURLEncoding.EncodeToString(b) + "\r\n"},
	} {
		got, form, err := inspect.Decode([]byte(v.input), "")
		if err != nil || form != v.want || !bytes.Equal(got, b) {
			t.Errorf("%q: %x, %s, %v; want %x, %s", v.input, got, form, err, b, v.want)
		}
	}
	file := filepath.Join(t.TempDir(), "proposal")
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	var out, complaints bytes.Buffer
	if code := mlsref([]string{"inspect", file}, &out, &complaints); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &complaints)
	}
	if !strings.Contains(out.String(), "Proposal, 6 bytes, read as binary") || !strings.Contains(out.String(), "external_init (6)") {
		t.Errorf("got %s", &out)
	}
}
