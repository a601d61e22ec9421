package treesync

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"mlsref/impl/tree"
	"mlsref/impl/wire"
)

var write = flag.Bool("write", false, "write the project's own test vectors to testdata")

// TestWriteOwnVectors makes small vectors in the official formats, so that there is
// something to check where the official ones are absent. They only say that nothing
// has changed since they were written.
func TestWriteOwnVectors(t *testing.T) {
	if !*write {
		return
	}
	var operations []treeOperation
	var validations []treeValidation
	for _, id := range []wire.CipherSuite{1, 2, 3} {
		h := newHonest(t, id).grow(3)
		h.commit(1, false, h.add(), h.add())
		v := treeValidation{Suite: id, Tree: encodeTree(h.tree), GroupID: h.gc.GroupID}
		for i := range tree.Index(tree.Width(h.tree.Leaves())) {
			v.Resolutions = append(v.Resolutions, append([]tree.Index{}, tree.Resolution(h.tree, i)...))
			v.TreeHashes = append(v.TreeHashes, h.tree.NodeHash(h.s, i))
		}
		validations = append(validations, v)
		for _, p := range []ProposalFrom{h.add(), h.update(1), remove(4)} {
			after, _, err := ApplyProposals(h.tree, []ProposalFrom{p})
			h.check(err)
			operations = append(operations, treeOperation{
				Suite: id, Sender: p.Sender, Proposal: mustMarshal(&p.Proposal),
				Before: encodeTree(h.tree), HashBefore: h.tree.TreeHash(h.s),
				After: encodeTree(after), HashAfter: after.TreeHash(h.s),
			})
		}
	}
	for name, v := range map[string]any{"tree-operations.json": operations, "tree-validation.json": validations} {
		b, err := json.MarshalIndent(v, "", " ")
		if err == nil {
			err = os.MkdirAll("testdata", 0o777)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join("testdata", name), append(b, '\n'), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
