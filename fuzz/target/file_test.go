package target

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	rng := rand.NewChaCha8([32]byte{1})
	for n := range 200 {
		in := make([]byte, n)
		rng.Read(in)
		if back, err := Decode(Encode(in)); err != nil || !bytes.Equal(back, in) {
			t.Errorf("%x comes back as %x (%v)", in, back, err)
		}
		if back, err := Decode(in); err != nil || !bytes.Equal(back, in) {
			t.Errorf("plain bytes %x come back as %x (%v)", in, back, err)
		}
	}
	for _, bad := range []string{"", "[]byte(\"a\"", "string(\"a\")", "[]byte(\"a\")\n[]byte(\"b\")", "[]byte(\"\\xZZ\")", "[]byte(a)"} {
		if in, err := Decode([]byte(mark + bad + "\n")); err == nil {
			t.Errorf("%q is taken for %q", bad, in)
		} else if !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q: %v names no line", bad, err)
		}
	}
}
