package treekem_test

import (
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

func TestPSKSecretVectors(t *testing.T) {
	type vector struct {
		CipherSuite wire.CipherSuite `json:"cipher_suite"`
		PSKs        []struct {
			ID    vectors.Hex `json:"psk_id"`
			PSK   vectors.Hex `json:"psk"`
			Nonce vectors.Hex `json:"psk_nonce"`
		} `json:"psks"`
		Secret vectors.Hex `json:"psk_secret"`
	}
	vectors.Run(t, "psk_secret.json", func(t *testing.T, v vector) {
		s, err := suite.ByID(v.CipherSuite)
		if err != nil {
			t.Fatal(err)
		}
		var psks []treekem.PSK
		for _, p := range v.PSKs {
			psks = append(psks, treekem.PSK{
				ID:     wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: p.ID, PSKNonce: p.Nonce},
				Secret: p.PSK,
			})
		}
		got, err := treekem.PSKSecret(s, psks)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "psk_secret", got, v.Secret)
	})
}
