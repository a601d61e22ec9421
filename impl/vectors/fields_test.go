package vectors

import "testing"

func TestFields(t *testing.T) {
	f := Parse("tree-math.json", []byte(`[{"n_leaves": 1, "root": 0, "left": [null], "right": ["0102", {"a": "03", "b": "no hex"}], "parent": [], "sibling": ""}, {"n_nodes": "04"}]`))
	want := []Field{{"[0].right[0]", []byte{1, 2}}, {"[0].right[1].a", []byte{3}}, {"[1].n_nodes", []byte{4}}}
	got := f.Fields()
	if len(got) != len(want) {
		t.Fatalf("%v, want %v (%v)", got, want, f.Err)
	}
	for i := range want {
		if got[i].Path != want[i].Path || string(got[i].Bytes) != string(want[i].Bytes) {
			t.Errorf("field %d is %v, want %v", i, got[i], want[i])
		}
	}
}
