package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("trace.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("trace.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(s *jsonschema.Schema, line string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// linesOf are the lines of the trace of a scenario, as they are written.
func linesOf(t *testing.T, sc *Scenario) []string {
	t.Helper()
	tr, err := Play(sc, Options{Snapshots: true})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, tr); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func lessons(t *testing.T) []*Scenario {
	t.Helper()
	files, err := filepath.Glob("../docs/scenarios/*.scenario")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no lessons", err)
	}
	var all []*Scenario
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		sc, err := Parse(file, f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sc)
	}
	return all
}

// Every line of every lesson's trace is as the schema says, and so is every line of
// 50 random histories, which use all of the language.
func TestSchemaHoldsWhatIsWritten(t *testing.T) {
	t.Parallel()
	s := compiledSchema(t)
	scenarios := lessons(t)
	for seed := range uint64(50) {
		sc, err := Random(seed, 40, 5)
		if err != nil {
			t.Fatal(err)
		}
		scenarios = append(scenarios, sc)
	}
	lines, bad := 0, 0
	for _, sc := range scenarios {
		for i, line := range linesOf(t, sc) {
			lines++
			if err := validate(s, line); err != nil && bad < 5 {
				bad++
				t.Errorf("%s, line %d: %v\n%s", sc.File, i+1, err, line)
			}
		}
	}
	if lines < 10000 {
		t.Errorf("only %d lines were validated", lines)
	}
}

// schemaSamples are lines that the schema accepts, one of each kind at least.
func schemaSamples(t *testing.T) map[string]string {
	t.Helper()
	samples := map[string]string{}
	for _, sc := range lessons(t) {
		for _, line := range linesOf(t, sc) {
			kind, _ := decoded(t, line)["kind"].(string)
			samples[kind] = line // the header's is ""
		}
	}
	samples[KindLeftover] = `{"seq":7,"kind":"leftover","line":3,"terms":[4],"leftover":{"who":"bob","term":4,"path":"room.epoch","rule":"RFC 9420 §9.2"}}`
	return samples
}

func decoded(t *testing.T, line string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// From an honest line of each kind: whatever field is taken away that must be there,
// whatever is added, and whatever gets another type, is refused, at every depth.
func TestSchemaRefuses(t *testing.T) {
	s := compiledSchema(t)
	refused := func(what string, line map[string]any) {
		t.Helper()
		b, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		if validate(s, string(b)) == nil {
			t.Errorf("the schema accepts %s: %s", what, b)
		}
	}
	samples := schemaSamples(t)
	for kind := range eventKinds() {
		if samples[kind] == "" {
			t.Errorf("no line of kind %s was looked at", kind)
		}
	}
	for kind, line := range samples {
		if err := validate(s, line); err != nil {
			t.Errorf("an honest %s is refused: %v", kind, err)
			continue
		}
		whole := decoded(t, line)
		eachObject(whole, "", func(path string, object map[string]any) {
			object["nonsense"] = true
			refused(path+" with an unknown field", whole)
			delete(object, "nonsense")
			for field, was := range object {
				object[field] = map[string]any{"of": "another type"}
				refused(path+"."+field+" of another type", whole)
				delete(object, field)
				if !optional[field] && !strings.HasSuffix(path, ".calls") {
					refused(path+" without "+field, whole)
				}
				object[field] = was
			}
		})
	}
}

// optional are the fields that a line of some kind can do without.
var optional = map[string]bool{
	"actor": true, "layer": true, "out": true, "define": true, "terms": true, "suite": true, "group": true, "secret": true,
	"epoch": true, "node": true, "what": true, "names": true, "message": true, "adds": true, "updates": true, "removes": true,
	"psks": true, "path": true, "encrypted": true, "external": true, "by": true, "generation": true, "blank": true, "member": true,
	"unmerged": true, "holders": true, "stolen": true, "rule": true, "state": true, "failed": true, "accepted": true, "rejected": true,
}

func eachObject(v any, path string, do func(path string, object map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		for field, inner := range v {
			eachObject(inner, path+"."+field, do)
		}
		do(path, v)
	case []any:
		for _, inner := range v {
			eachObject(inner, path, do)
		}
	}
}

// eventKinds are those that the schema knows.
func eventKinds() map[string]bool {
	var doc struct {
		Defs struct {
			Event struct {
				Properties struct {
					Kind struct{ Enum []string }
				}
			}
		} `json:"$defs"`
	}
	kinds := map[string]bool{}
	if err := json.Unmarshal(Schema, &doc); err != nil {
		panic(err)
	}
	for _, k := range doc.Defs.Event.Properties.Kind.Enum {
		kinds[k] = true
	}
	return kinds
}

// The trace of an old version is no broken trace: what it is, is said.
func TestReadOldVersion(t *testing.T) {
	const old = `{"format":"mlsref-trace","version":1,"suite":"MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519","seed":1,"file":"x","scenario":""}` + "\n"
	_, err := Read(strings.NewReader(old), "old.trace.jsonl")
	var input *InputError
	const want = "old.trace.jsonl:1: a trace of version 1; this program reads version 2"
	if !errors.As(err, &input) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	if validate(compiledSchema(t), strings.TrimSpace(old)) == nil {
		t.Error("the schema of version 2 accepts a header of version 1")
	}
}

// docs/trace.md explains every field, kind and operation of the schema, and its
// examples are lines of a trace.
func TestSchemaDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/trace.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(page), -1) {
		said[m[1]] = true
	}
	var doc any
	if err := json.Unmarshal(Schema, &doc); err != nil {
		t.Fatal(err)
	}
	words := 0
	eachObject(doc, "", func(path string, object map[string]any) {
		names := slices.Collect(maps.Keys(object))
		if !strings.HasSuffix(path, ".properties") {
			names = nil
			enum, _ := object["enum"].([]any)
			for _, v := range append(enum, object["const"]) {
				if s, ok := v.(string); ok {
					names = append(names, s)
				}
			}
		}
		for _, name := range names {
			words++
			if !said[name] {
				t.Errorf("docs/trace.md does not speak of `%s` (%s)", name, path)
			}
		}
	})
	if words < 300 {
		t.Errorf("the schema has only %d words, which is too few to be true", words)
	}
	s := compiledSchema(t)
	for _, m := range regexp.MustCompile("(?s)```json\n(.*?)\n```").FindAllStringSubmatch(string(page), -1) {
		if err := validate(s, m[1]); err != nil {
			t.Errorf("%s: %v", m[1], err)
		}
	}
}
