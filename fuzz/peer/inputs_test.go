package peer

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/wire"
)

func TestFromDir(t *testing.T) {
	dir := t.TempDir()
	if _, err := FromDir(dir); err == nil {
		t.Error("an empty folder has inputs")
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("go", "go test fuzz v1\n[]byte(\"\\x00\\x00\\x00\\x01\")\n")
	write("raw", "\x00\x00\x00\x02")
	write("welcome.json", `[{"cipher_suite": 1, "init_priv": "00000003", "key_package": "", "signer_pub": "00", "welcome": "00"}]`)
	list, err := FromDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, from := range []string{filepath.Join(dir, "go"), filepath.Join(dir, "raw"), "welcome.json[0].init_priv"} {
		want := Input{from, Request{Do: Decode, Type: "Remove", Hex: Hex{0, 0, 0, byte(i + 1)}}}
		if !slices.ContainsFunc(list, func(in Input) bool { return reflect.DeepEqual(in, want) }) {
			t.Errorf("%+v is missing", want)
		}
	}
	write("a.json", "[")
	if _, err := FromDir(dir); err == nil || !strings.Contains(err.Error(), "a.json") {
		t.Errorf("malformed test vectors: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "a.json")); err != nil {
		t.Fatal(err)
	}
	write("bad", "go test fuzz v1\n[]byte(\"\\x\")\n")
	if _, err := FromDir(dir); err == nil {
		t.Error("a malformed corpus file is taken")
	}
	if _, err := FromDir(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there has inputs")
	}
}

// TestMade says that random inputs are the same every time, most of those not spoiled can
// be decoded, and spoiling changes what it says.
func TestMade(t *testing.T) {
	made := func() []Input {
		list := slices.Collect(Random(OwnHello(), 300, 7))
		return slices.AppendSeq(list, Mutated(list, 300, 7))
	}
	list := made()
	if !reflect.DeepEqual(list, made()) {
		t.Error("the same seed makes other inputs")
	}
	accepted := 0
	for _, in := range list {
		k, _ := wire.KindOf(in.Type)
		if wire.Unmarshal(in.Hex, k.New()) == nil {
			accepted++
		}
	}
	if accepted < len(list)/4 || accepted > 3*len(list)/4 {
		t.Errorf("%d of %d inputs can be decoded", accepted, len(list))
	}
}

// TestObjects: mlsref accepts these of the objects that are made, and no others.
func TestObjects(t *testing.T) {
	good := []string{
		"honest", "lifetime has no end", "unknown extension", "GREASE in the leaf, listed", "application_id",
		"capabilities with default types", "identity is empty", "confirmation_tag is empty", "GREASE extension",
		"required_capabilities that are met", "a leaf whose lifetime is over",
	}
	list, err := Objects()
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range list {
		_, name, _ := strings.Cut(in.From, ", ")
		if a, want := Own(in.Request), slices.Contains(good, name); a.OK != want {
			t.Errorf("%s: accepted %v, want %v: %s", in.From, a.OK, want, a.Error)
		}
	}
}
