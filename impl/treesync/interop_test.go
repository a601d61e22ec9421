package treesync

import (
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Others' KeyPackages must be found valid. The official ones here have GREASE in
// KeyPackage.extensions that their capabilities do not list: see ValidateKeyPackage.
func TestOthersKeyPackages(t *testing.T) {
	unlisted := 0
	vectors.Run(t, "tree-operations.json", func(t *testing.T, v struct {
		Suite    wire.CipherSuite `json:"cipher_suite"`
		Proposal vectors.Hex      `json:"proposal"`
	}) {
		s, err := suite.ByID(v.Suite)
		if err != nil {
			t.Skipf("not checked: %v", err)
		}
		var p wire.Proposal
		if err := wire.Unmarshal(v.Proposal, &p); err != nil {
			t.Fatal(err)
		}
		if p.Type != wire.ProposalAdd {
			t.Skip("no KeyPackage here")
		}
		kp := &p.Add.KeyPackage
		gc := wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.Suite}
		brokenRule(t, ValidateKeyPackage(s, kp, gc, Policy{}, true), nil)
		if keyPackageExtensionsListed(kp) != nil {
			unlisted++
		}
	})
	t.Logf("%d with extensions that their capabilities do not list", unlisted)
}
