package props

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mlsref/impl/group"
	"mlsref/props/dump"
	"mlsref/trace"
)

// keyPackages has whoever is about to join do so from a store of its own, with another
// KeyPackage beside the one that the Welcome names.
func keyPackages(h *History) Checks {
	return Checks{Watch: trace.Watch{Reading: func(s *trace.Session, reader string, m trace.Message) error {
		as, keys, opt, named := s.Joining(reader, m)
		if m.Kind != "welcome" || !named || h.sometimes(2) {
			return nil
		}
		keys.LastResort = h.sometimes(3)
		return s.WithPSKs(reader, m, func() error {
			j := joining{as, keys, m.Bytes, opt}
			if err := j.once(h); err != nil {
				return fmt.Errorf("%s, of last resort: %v: %w", reader, keys.LastResort, err)
			}
			return nil
		})
	}}}
}

// joining is what a client joins with.
type joining struct {
	as      group.Client
	keys    group.KeyPackageSecrets
	welcome []byte
	opt     group.JoinOptions
}

// once: the store drops the KeyPackage that was used, with its private keys, and no
// other; one of last resort it keeps. What is refused changes nothing.
func (j joining) once(h *History) error {
	_, other, err := j.as.NewKeyPackage(h.source())
	if err != nil {
		return err
	}
	both := []group.KeyPackageSecrets{j.keys, other}
	if h.sometimes(2) {
		slices.Reverse(both)
	}
	store := &group.KeyPackageStore{}
	for _, k := range both {
		if err := store.Put(k); err != nil {
			return err
		}
	}
	before := dump.Hash(store)
	_, wanted := j.as.Join(j.keys, j.welcome, j.opt)
	_, err = j.as.JoinWith(store, j.welcome, j.opt)
	switch {
	case (err == nil) != (wanted == nil):
		return fmt.Errorf("joining with a store ends with %v, with the KeyPackage alone with %v", err, wanted)
	case err != nil || j.keys.LastResort:
		if dump.Hash(store) != before {
			return errors.New("the store is not as it was (RFC 9420 §16.8)")
		}
		return nil
	}
	if err := dropped(store, j.keys, other); err != nil {
		return err
	}
	if _, err := j.as.JoinWith(store, j.welcome, j.opt); !errors.Is(err, group.ErrNotForUs) {
		return fmt.Errorf("joining again ends with %v, want %v", err, group.ErrNotForUs)
	}
	return nil
}

// dropped: of two KeyPackages one is left.
func dropped(store *group.KeyPackageStore, used, other group.KeyPackageSecrets) error {
	if store.Len() != 1 {
		return fmt.Errorf("%d KeyPackages are left of two, one of which was used (RFC 9420 §16.8)", store.Len())
	}
	text := dump.Of(store)
	for _, key := range []struct {
		what  string
		value []byte
		kept  bool
	}{
		{"the used init key", used.InitKey, false}, {"the used leaf key", used.EncryptionKey, false},
		{"the other init key", other.InitKey, true}, {"the other leaf key", other.EncryptionKey, true},
	} {
		if in := strings.Contains(text, hex.EncodeToString(key.value)); in != key.kept {
			return fmt.Errorf("%s is in the store: %v (RFC 9420 §10, §12.4.3.1)", key.what, in)
		}
	}
	return nil
}
