package insider

import (
	"testing"
)

// TestSituations tells all stories for others, and all their messages can be sealed.
func TestSituations(t *testing.T) {
	for _, telling := range Tellings() {
		list, err := telling.Situations()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range list {
			n += len(s.Readers)
		}
		t.Log(telling.Name, len(list), n)
	}
}
