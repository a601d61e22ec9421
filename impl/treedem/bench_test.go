package treedem

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// go test ./impl/treedem -run - -bench .

func benchChannel(b *testing.B) (*channel, *Content) {
	s, err := suite.ByID(1)
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.NewChaCha8([32]byte{5})
	secret := bytes.Repeat([]byte{1}, s.Nh())
	c := &channel{s: s, rng: rng, encryption: secret, senderData: secret, membership: secret,
		context: wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: s.ID(), GroupID: []byte("group"), Epoch: 4}}
	if c.sk, c.pk, err = s.GenerateSignatureKeyPair(rng); err != nil {
		b.Fatal(err)
	}
	c.sender = c.ratchets()
	signed, err := Sign(s, c.sk, wire.WireFormatPrivateMessage, c.content(wire.ContentApplication), c.context)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	return c, signed
}

func (c *channel) benchProtect(b *testing.B, signed *Content) *wire.PrivateMessage {
	m, err := ProtectPrivate(c.s, c.rng, c.senderData, c.sender, signed, nil)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

func (c *channel) benchUnprotect(b *testing.B, r *Ratchets, m *wire.PrivateMessage) {
	_, consume, err := UnprotectPrivate(c.s, c.senderData, r, m, c.context, 0)
	if err != nil {
		b.Fatal(err)
	}
	consume()
}

// The signature, made or verified, is not part of either.
func BenchmarkProtect(b *testing.B) {
	c, signed := benchChannel(b)
	for b.Loop() {
		c.benchProtect(b, signed)
	}
}

func BenchmarkUnprotect(b *testing.B) {
	c, signed := benchChannel(b)
	r := c.ratchets()
	const batch = 1000
	var msgs []*wire.PrivateMessage
	for i := 0; b.Loop(); i++ {
		if i%batch == 0 {
			b.StopTimer()
			msgs = msgs[:0]
			for range batch {
				msgs = append(msgs, c.benchProtect(b, signed))
			}
			b.StartTimer()
		}
		c.benchUnprotect(b, r, msgs[i%batch])
	}
}

// The last of a thousand comes first, then the others from the oldest, or from the
// newest; the time is for all thousand.
func BenchmarkUnprotectOutOfOrder(b *testing.B) {
	const n = 1000
	for name, at := range map[string]func(i int) int{
		"oldest first": func(i int) int { return i },
		"newest first": func(i int) int { return n - 2 - i },
	} {
		b.Run(name, func(b *testing.B) {
			c, signed := benchChannel(b)
			var msgs []*wire.PrivateMessage
			for range n {
				msgs = append(msgs, c.benchProtect(b, signed))
			}
			for b.Loop() {
				r := c.ratchets()
				c.benchUnprotect(b, r, msgs[n-1])
				for i := range n - 1 {
					c.benchUnprotect(b, r, msgs[at(i)])
				}
			}
		})
	}
}

// The first message of one sender in a new epoch, and of every sender.
func BenchmarkSecretTree(b *testing.B) {
	for _, n := range []uint32{2, 16, 128, 1024, 16384} {
		for name, senders := range map[string]uint32{"one sender": 1, "all senders": n} {
			b.Run(fmt.Sprintf("%d leaves, %s", n, name), func(b *testing.B) {
				c, _ := benchChannel(b)
				for b.Loop() {
					r := NewRatchets(c.s, n, c.encryption, Limits{})
					for leaf := range senders {
						_, consume, err := r.key(leaf, wire.ContentApplication, 0)
						if err != nil {
							b.Fatal(err)
						}
						consume()
					}
				}
			})
		}
	}
}

func BenchmarkSaveAndLoad(b *testing.B) {
	for _, n := range []uint32{16, 1024} {
		b.Run(fmt.Sprintf("%d leaves", n), func(b *testing.B) {
			c, _ := benchChannel(b)
			r := NewRatchets(c.s, n, c.encryption, Limits{})
			for leaf := range n {
				_, consume, err := r.key(leaf, wire.ContentApplication, 3)
				if err != nil {
					b.Fatal(err)
				}
				consume()
			}
			for b.Loop() {
				saved, err := r.Save(0)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := LoadRatchets(c.s, saved, Limits{}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(len(saved)), "bytes")
			}
		})
	}
}
