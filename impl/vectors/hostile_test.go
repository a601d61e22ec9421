package vectors

import (
	"testing"

	"mlsref/impl/wire"
)

// TestHostileWelcome: what a Welcome's sender encrypted to the joiner is as little
// trusted as the rest. It can be read with init_priv, and written again.
func TestHostileWelcome(t *testing.T) {
	for _, x := range []struct {
		name  string
		spoil func(*wire.GroupSecrets)
	}{
		{"path secret too short", func(s *wire.GroupSecrets) { s.PathSecret = &wire.PathSecret{PathSecret: []byte{1, 2, 3}} }},
		{"path secret empty", func(s *wire.GroupSecrets) { s.PathSecret = &wire.PathSecret{} }},
		{"path secret too long", func(s *wire.GroupSecrets) { s.PathSecret = &wire.PathSecret{PathSecret: make([]byte, 99)} }},
		{"joiner secret too short", func(s *wire.GroupSecrets) { s.JoinerSecret = []byte{1} }},
		{"joiner secret empty", func(s *wire.GroupSecrets) { s.JoinerSecret = nil }},
	} {
		t.Run(x.name, func(t *testing.T) {
			b, err := Generate(passiveRandomKind, Options{Seed: 9, Small: true, Suites: AllSuites()[:1]})
			if err != nil {
				t.Fatal(err)
			}
			entries, err := split(b)
			if err != nil {
				t.Fatal(err)
			}
			var v passive
			if f := entries[0].decode(&v); f != nil {
				t.Fatal(f)
			}
			c := newChecker(entries[0].raw)
			c.pick(v.CipherSuite)
			var m wire.MLSMessage
			c.decode("welcome", v.Welcome, &m)
			w := m.Welcome
			secrets := new(wire.GroupSecrets)
			plaintext, err := c.suite.DecryptWithLabel(v.InitPriv, "Welcome", w.EncryptedGroupInfo, w.Secrets[0].EncryptedGroupSecrets)
			if !c.ok("welcome", err) || !c.decode("welcome", plaintext, secrets) {
				t.Fatal(c.failures)
			}
			x.spoil(secrets)
			kp := c.keyPackage("key_package", v.KeyPackage)
			w.Secrets[0].EncryptedGroupSecrets = must(c.suite.EncryptWithLabel(c.rng, kp.InitKey, "Welcome", w.EncryptedGroupInfo, marshal(secrets)))
			v.Welcome = marshal(&m)
			verifyPassive(c, &v)
			if len(c.failures) != 1 || c.failures[0].Field != "welcome" {
				t.Errorf("got %v, want a failure of welcome", c.failures)
			}
		})
	}
}
