package treekem_test

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

type pskVector struct {
	ID    vectors.Hex `json:"psk_id"`
	PSK   vectors.Hex `json:"psk"`
	Nonce vectors.Hex `json:"psk_nonce"`
}

type pskSecretVector struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	PSKs        []pskVector      `json:"psks"`
	Secret      vectors.Hex      `json:"psk_secret"`
}

func (v pskSecretVector) secret(t *testing.T, s suite.Suite) []byte {
	var psks []treekem.PSK
	for _, p := range v.PSKs {
		psks = append(psks, treekem.PSK{
			ID:     wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: p.ID, PSKNonce: p.Nonce},
			Secret: p.PSK,
		})
	}
	secret, err := treekem.PSKSecret(s, psks)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestPSKSecretVectors(t *testing.T) {
	vectors.Run(t, "psk_secret.json", func(t *testing.T, v pskSecretVector) {
		s, err := suite.ByID(v.CipherSuite)
		if err != nil {
			t.Skipf("not checked: %v", err)
		}
		equal(t, "psk_secret", v.secret(t, s), v.Secret)
	})
}

// TestMakePSKVectors is TestMakeVectors for psk_secret.json: none, and three PSKs.
func TestMakePSKVectors(t *testing.T) {
	vectors.Make(t, "psk_secret.json", func(rng *rand.ChaCha8) []pskSecretVector {
		var list []pskSecretVector
		for _, name := range suite.Names() {
			s, err := suite.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{0, 3} {
				v := pskSecretVector{CipherSuite: s.ID(), PSKs: []pskVector{}}
				for range n {
					v.PSKs = append(v.PSKs, pskVector{vectors.Fresh(rng, 5), vectors.Fresh(rng, 20), vectors.Fresh(rng, s.Nh())})
				}
				v.Secret = v.secret(t, s)
				list = append(list, v)
			}
		}
		return list
	})
}
