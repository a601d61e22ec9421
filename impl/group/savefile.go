package group

import (
	"fmt"
	"os"

	"github.com/google/renameio/v2"
)

// SaveFile writes the group to a file that only its owner may read. At every moment
// the file holds a whole state, the one before or this one, even if the power fails.
func (g *Group) SaveFile(path string) error {
	b, err := g.Save()
	if err != nil {
		return err
	}
	return renameio.WriteFile(path, b, 0o600)
}

// LoadFile reads what SaveFile wrote; see Load for what the group may do.
func (c Client) LoadFile(path string) (*Group, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	g, err := c.Load(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}
