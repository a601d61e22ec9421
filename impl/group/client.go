package group

import (
	"mlsref/impl/suite"
	"mlsref/impl/treedem"
	"mlsref/impl/treekem"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// Client is one MLS client: its cipher suite, who it is there, and what its
// application decided. A client with two suites is two Clients, since a
// signature key belongs to one.
type Client struct {
	Suite    suite.Suite
	Identity Identity
	Config   Config
}

// Config is what RFC 9420 leaves to the application. The zero Config checks no
// credential and no clock, keeps nothing of past epochs, and pads nothing.
type Config struct {
	Policy treesync.Policy
	PSKs   *PSKStore // nil: none held

	// KeyAgreement is layer 2's tree part, the same for all of a group; nil: TreeKEM.
	KeyAgreement treekem.Agreement

	// Capabilities beyond the defaults (RFC 9420 §7.2), for one's own leaves.
	// Version, suite and one's own credential type are listed without asking.
	Capabilities wire.Capabilities
	Lifetime     wire.Lifetime // of key packages; the zero Lifetime is without end
	Grease       bool          // put GREASE values where RFC 9420 §13.5 allows them

	Padding        treedem.Padding
	Limits         treedem.Limits
	PastEpochs     int // epochs before the current one whose application messages still open
	PastResumption int // epochs before the current one whose resumption_psk is kept
}

func (c Client) agreement() treekem.Agreement {
	if c.Config.KeyAgreement == nil {
		return treekem.TreeKEM{}
	}
	return c.Config.KeyAgreement
}
