package vectors

import (
	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// pskSecret: psk_secret from external PSKs, RFC 9420 §8.4.
type pskSecret struct {
	CipherSuite wire.CipherSuite `json:"cipher_suite"`
	PSKs        []pskVector      `json:"psks"`
	Secret      Hex              `json:"psk_secret"`
}

type pskVector struct {
	ID    Hex `json:"psk_id"`
	PSK   Hex `json:"psk"`
	Nonce Hex `json:"psk_nonce"`
}

var pskSecretKind = newKind("psk_secret", "the psk_secret of a list of external PSKs", verifyPSKSecret, generatePSKSecret)

func (v *pskSecret) compute(s suite.Suite) ([]byte, error) {
	var psks []treekem.PSK
	for _, p := range v.PSKs {
		psks = append(psks, treekem.PSK{
			ID:     wire.PreSharedKeyID{PSKType: wire.PSKExternal, PSKID: p.ID, PSKNonce: p.Nonce},
			Secret: p.PSK})
	}
	return treekem.PSKSecret(s, psks)
}

func verifyPSKSecret(c *checker, v *pskSecret) {
	if secret, err := v.compute(c.suite); c.ok("psks", err) {
		c.equal("psk_secret", secret, v.Secret)
	}
}

func generatePSKSecret(g *generator) []pskSecret {
	var list []pskSecret
	for _, n := range pick(g, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []int{0, 3}) {
		v := pskSecret{CipherSuite: g.suite.ID(), PSKs: []pskVector{}}
		for range n {
			v.PSKs = append(v.PSKs, pskVector{ID: g.bytes(8), PSK: g.secret(), Nonce: g.secret()})
		}
		v.Secret = must(v.compute(g.suite))
		list = append(list, v)
	}
	return list
}
