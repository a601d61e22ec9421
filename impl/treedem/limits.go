package treedem

import (
	"math"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// Limits are what a client may set for itself; zero means the default.
type Limits struct {
	// MaxForward bounds how many generations one message may skip, and so the work
	// and the memory that it can cost (RFC 9420 §6.3.1, §9.1).
	MaxForward uint32
	// MaxSkipped bounds how many keys of skipped generations a ratchet keeps for
	// late messages (§15.3); the oldest go first. Less than zero: it keeps none.
	MaxSkipped int
	// MaxMessages bounds how many application messages this member sends in an
	// epoch, below what the AEAD permits anyway. Handshakes are not counted: a
	// Commit is the way out.
	MaxMessages uint64
}

// The defaults. A ratchet has 2^32 generations in all.
const (
	DefaultMaxForward = 1024
	DefaultMaxSkipped = 1024
	generations       = 1 << 32
)

func (l Limits) orDefaults() Limits {
	if l.MaxForward == 0 {
		l.MaxForward = DefaultMaxForward
	}
	if l.MaxSkipped == 0 {
		l.MaxSkipped = DefaultMaxSkipped
	}
	l.MaxSkipped = max(l.MaxSkipped, 0)
	if l.MaxMessages == 0 {
		l.MaxMessages = generations
	}
	return l
}

// RFC 9420 §15.2 sends us to draft-irtf-cfrg-aead-limits. MLS is its multi-key
// setting in the extreme: every key, of content as of sender data, encrypts one
// message, with a nonce as secret and random as the key. There, for q messages
// of at most L blocks under keys that each encrypt at most B blocks,
//
//   - AES-GCM: an attacker's advantage is at most q·L·B / 2^127, with 161 added
//     to B (AES-128; 97 would do for AES-256) where keys encrypt little. Here
//     B = L, so that the sum of L·(L+161) over an epoch's messages must stay
//     below 2^67 for an advantage below 2^-60, the target of QUIC (RFC 9001 §6.6).
//     Short messages never come near (at 64 blocks that makes 2^53 of them), but
//     some ten thousand of 1 GiB do.
//   - ChaCha20-Poly1305: (o+q) / 2^247 for an attacker's work o: no bound of use.
//     The ratchet's 2^32 generations end first.
//
// Both bounds on forgeries are about what receivers try; §15.2 is about senders.
// The sum is kept in units of 2^16, each factor rounded up to 256.
const gcmBudget = 1 << (127 - 60 - 16)

func aeadBudget(s suite.Suite) uint64 {
	if s.IsGCM() {
		return gcmBudget
	}
	return math.MaxUint64
}

// maxCiphertext is what the length header of PrivateMessage.ciphertext can say
// (RFC 9420 §2.1.2): 1 GiB, tag included. It is far below what the AEADs take, 64
// GiB for GCM and 256 for ChaCha20-Poly1305. The AADs, of two or three such fields,
// stay below 4 GiB; any AEAD here takes 2^61 bytes.
const (
	maxCiphertext = 1<<30 - 1
	tagSize       = 16 // of all AEADs of RFC 9420 §17.1
)

// aeadSize: a message fits the AEAD's and the field's limits (RFC 9420 §6.3.1).
func aeadSize(plaintext, padding int) error {
	if most := maxCiphertext - tagSize; padding > most-plaintext {
		return spec.AEADSize.Broken("%d bytes and %d of padding, the most is %d", plaintext, padding, most)
	}
	return nil
}

// aeadCost is what a message takes of the epoch's budget. Its two encryptions
// count as one of their joint length, which is more than either costs.
func aeadCost(bytes ...int) uint64 {
	blocks := uint64(0)
	for _, n := range bytes {
		blocks += (uint64(n) + 15) / 16
	}
	return ((blocks + 255) / 256) * ((blocks + 161 + 255) / 256)
}

// aeadUsage: a sender encrypts no more in an epoch than its limits permit (RFC
// 9420 §15.2). Application messages may use half of the AEAD's budget: the rest
// is for the Commit that ends the epoch.
func (l *leafRatchets) aeadUsage(r *Ratchets, kind wire.ContentType, cost uint64) error {
	budget := aeadBudget(r.suite)
	if kind == wire.ContentApplication {
		budget /= 2
		if sent := l.application.next; sent >= r.limits.MaxMessages {
			return spec.AEADUsage.Broken("%d application messages were sent in this epoch, the most is %d", sent, r.limits.MaxMessages)
		}
	}
	if cost > budget || l.spent > budget-cost {
		return spec.AEADUsage.Broken("the message would use %d of the %d that are left of the epoch's budget", cost, budget-min(l.spent, budget))
	}
	return nil
}
