package group

import (
	"bytes"
	"io"

	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// KeyPackageSecrets is a KeyPackage with its private keys, kept by the client
// until it has joined (RFC 9420 §10).
type KeyPackageSecrets struct {
	KeyPackage    wire.KeyPackage
	InitKey       []byte // private
	EncryptionKey []byte // private, of the leaf

	// LastResort: it may be used again when no other is left (RFC 9420 §16.8).
	// RFC 9420 has no mark for it on the wire, so it is only known here.
	LastResort bool
}

// NewKeyPackage makes a KeyPackage with fresh init and leaf keys (RFC 9420 §10).
func (c Client) NewKeyPackage(rng io.Reader) (wire.KeyPackage, KeyPackageSecrets, error) {
	var none KeyPackageSecrets
	s := c.Suite
	initKey, initPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return wire.KeyPackage{}, none, err
	}
	leafKey, leafPub, err := s.GenerateKeyPair(rng)
	if err != nil {
		return wire.KeyPackage{}, none, err
	}
	leaf, err := c.leaf(rng, leafPub, wire.LeafSourceKeyPackage)
	if err != nil {
		return wire.KeyPackage{}, none, err
	}
	if err := treesync.SignLeaf(s, c.Identity.SignatureKey, &leaf, nil, 0); err != nil {
		return wire.KeyPackage{}, none, err
	}
	kp := wire.KeyPackage{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), InitKey: initPub, LeafNode: leaf}
	if err := c.greaseExtensions(rng, leaf.Capabilities, &kp.Extensions); err != nil {
		return wire.KeyPackage{}, none, err
	}
	if err := treesync.SignKeyPackage(s, c.Identity.SignatureKey, &kp); err != nil {
		return wire.KeyPackage{}, none, err
	}
	if err := treesync.ValidateOwnKeyPackage(&kp, c.capabilities()); err != nil {
		return wire.KeyPackage{}, none, err
	}
	return kp, KeyPackageSecrets{KeyPackage: kp, InitKey: initKey, EncryptionKey: leafKey}, nil
}

// ParseKeyPackage reads a KeyPackage that came as an MLSMessage (RFC 9420 §10). It
// is validated where it is used.
func ParseKeyPackage(msg []byte) (*wire.KeyPackage, error) {
	m, err := parse(msg)
	if err != nil {
		return nil, err
	}
	return treesync.UnwrapKeyPackage(m)
}

// keyPackageRef is MakeKeyPackageRef (RFC 9420 §5.2); Nh bytes. The hash is the
// suite's, where the text says "the KDF used".
func keyPackageRef(s suite.Suite, kp *wire.KeyPackage) ([]byte, error) {
	b, err := wire.Marshal(kp)
	if err != nil {
		return nil, err
	}
	return s.RefHash("MLS 1.0 KeyPackage Reference", b), nil
}

// KeyPackageStore holds the KeyPackages that a client has published, until each
// has been used (RFC 9420 §10, §16.8).
type KeyPackageStore struct {
	kept []KeyPackageSecrets
}

// Put keeps a KeyPackage, whose init_key must be a new one (RFC 9420 §10).
func (st *KeyPackageStore) Put(kps KeyPackageSecrets) error {
	made := []*wire.KeyPackage{&kps.KeyPackage}
	for i := range st.kept {
		made = append(made, &st.kept[i].KeyPackage)
	}
	if err := treesync.InitKeysUnique(made); err != nil {
		return err
	}
	st.kept = append(st.kept, kps)
	return nil
}

// Len is how many KeyPackages are left.
func (st *KeyPackageStore) Len() int { return len(st.kept) }

// find picks the KeyPackage that a Welcome names (RFC 9420 §12.4.3.1).
func (st *KeyPackageStore) find(s suite.Suite, w *wire.Welcome) (int, error) {
	for i, kps := range st.kept {
		if kps.KeyPackage.CipherSuite != s.ID() {
			continue
		}
		ref, err := keyPackageRef(s, &kps.KeyPackage)
		if err != nil {
			return 0, err
		}
		for _, entry := range w.Secrets {
			if bytes.Equal(entry.NewMember, ref) {
				return i, nil
			}
		}
	}
	return 0, ErrNotForUs
}

// used drops a KeyPackage once its Welcome was processed, so that its init key
// opens nothing more; one of last resort stays (subtle point 59).
func (st *KeyPackageStore) used(i int) {
	if !st.kept[i].LastResort {
		st.kept = append(st.kept[:i:i], st.kept[i+1:]...)
	}
}
