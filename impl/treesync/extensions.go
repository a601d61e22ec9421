package treesync

import (
	"slices"

	"mlsref/impl/wire"
	"mlsref/spec"
)

// place is where a list of extensions is: the column "Message(s)" of the
// registry (RFC 9420 §17.3).
type place int

const (
	inKeyPackage place = iota
	inLeafNode
	inGroupContext
	inGroupInfo
)

func (p place) String() string {
	return [...]string{"KeyPackage", "LeafNode", "GroupContext", "GroupInfo"}[p]
}

// home is the registry's row of each default type. No default type may be in a
// KeyPackage's own list.
var home = map[wire.ExtensionType]place{
	wire.ExtensionApplicationID:        inLeafNode,
	wire.ExtensionRatchetTree:          inGroupInfo,
	wire.ExtensionRequiredCapabilities: inGroupContext,
	wire.ExtensionExternalPub:          inGroupInfo,
	wire.ExtensionExternalSenders:      inGroupContext,
}

// extensionsPlaced refuses a default extension that is not where the registry
// says that it "may appear". No sentence of the RFC asks for that; but a client
// that reads, say, required_capabilities from a GroupInfo and one that does not
// would no longer agree on the group. No official vector has one. Of other types
// nothing is known, so they pass (subtle point 64).
func extensionsPlaced(p place, list []wire.Extension) error {
	for _, e := range list {
		if at, known := home[e.Type]; known && at != p {
			return spec.ExtensionPlace.Broken("extension type %v is in a %v, its place is the %v", e.Type, p, at)
		}
	}
	return nil
}

func extensionsDistinct(list []wire.Extension) error {
	seen := map[wire.ExtensionType]bool{}
	for _, e := range list {
		if seen[e.Type] {
			return spec.ExtensionsDistinct.Broken("extension type %v appears twice", e.Type)
		}
		seen[e.Type] = true
	}
	return nil
}

// ValidateGroupInfoExtensions checks GroupInfo.extensions (RFC 9420 §13.4, §17.3).
// Unknown ones are ignored. The ratchet_tree is decoded where it is used.
func ValidateGroupInfoExtensions(list []wire.Extension) error {
	if err := extensionsDistinct(list); err != nil {
		return err
	}
	if err := extensionsPlaced(inGroupInfo, list); err != nil {
		return err
	}
	var external wire.ExternalPub
	_, err := extension(list, wire.ExtensionExternalPub, &external)
	return err
}

// extension decodes all of the data of the extension of type t, if there is one.
func extension(list []wire.Extension, t wire.ExtensionType, into wire.Wirer) (found bool, err error) {
	for _, e := range list {
		if e.Type == t {
			return true, wire.Unmarshal(e.Data, into)
		}
	}
	return false, nil
}

// supportsExtension: default types are supported by all and MUST NOT be listed
// (§7.2). So they are exempt wherever the RFC asks for a listed type (§11.1), also
// in §7.3, §10 and §13.4, which do not repeat it (subtle point 16). GREASE values are like any other
// here, as §13.5 demands.
func supportsExtension(have wire.Capabilities, t wire.ExtensionType) bool {
	return defaultExtension(t) || slices.Contains(have.Extensions, t)
}

func supportsProposal(have wire.Capabilities, t wire.ProposalType) bool {
	return defaultProposal(t) || slices.Contains(have.Proposals, t)
}

func defaultExtension(t wire.ExtensionType) bool {
	return wire.ExtensionApplicationID <= t && t <= wire.ExtensionExternalSenders
}

func defaultProposal(t wire.ProposalType) bool {
	return wire.ProposalAdd <= t && t <= wire.ProposalGroupContextExtensions
}
