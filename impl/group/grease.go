package group

import (
	"io"

	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// grease puts GREASE values into a leaf that is not signed yet, if the Config
// wants it (RFC 9420 §13.5).
func (c Client) grease(rng io.Reader, leaf *wire.LeafNode) error {
	if !c.Config.Grease {
		return nil
	}
	if err := treesync.GreaseCapabilities(rng, &leaf.Capabilities); err != nil {
		return err
	}
	return c.greaseExtensions(rng, leaf.Capabilities, &leaf.Extensions)
}

func (c Client) greaseExtensions(rng io.Reader, listed wire.Capabilities, list *[]wire.Extension) (err error) {
	if c.Config.Grease {
		*list, err = treesync.GreaseExtensions(rng, listed, *list)
	}
	return err
}
