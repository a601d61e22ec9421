package vectors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
)

// Failure is one thing that is wrong with an entry: in which field, and what.
type Failure struct {
	Field   string
	Problem string
}

func (f Failure) String() string {
	if f.Field == "" {
		return f.Problem
	}
	return f.Field + ": " + f.Problem
}

// checker collects what is wrong with one entry. Its methods say whether all is
// well, so that what depends on a wrong value need not be looked at.
type checker struct {
	suite    suite.Suite // if the kind's entries have one
	rng      io.Reader   // for what the verification makes itself
	failures []Failure
}

// newChecker draws its randomness from the entry, so that a result can be had again.
func newChecker(raw []byte) *checker {
	return &checker{rng: rand.NewChaCha8(sha256.Sum256(raw))}
}

// pick selects the entry's cipher suite.
func (c *checker) pick(id wire.CipherSuite) bool {
	s, err := suite.ByID(id)
	c.suite = s
	return c.ok(suiteField, err)
}

func (c *checker) fail(field, format string, args ...any) bool {
	c.failures = append(c.failures, Failure{field, fmt.Sprintf(format, args...)})
	return false
}

// ok fails if there is an error.
func (c *checker) ok(field string, err error) bool {
	return err == nil || c.fail(field, "%v", err)
}

// holds fails unless a thing is so.
func (c *checker) holds(field string, so bool, problem string) bool {
	return so || c.fail(field, "%s", problem)
}

// equal compares the vector's value with what this implementation got.
func (c *checker) equal(field string, got, want []byte) bool {
	return bytes.Equal(got, want) || c.fail(field, "got %s, expected %s", excerpt(got, want), excerpt(want, got))
}

// secret says whether a secret of the vector has the suite's length. Whatever is
// derived from one takes that for granted.
func (c *checker) secret(field string, b []byte) bool {
	return len(b) == c.suite.Nh() || c.fail(field, "it has %d bytes, a secret of the suite %d", len(b), c.suite.Nh())
}

// scalar fills up an HPKE private key of a NIST curve whose leading zeros were left
// out: so they stand in the official vectors for P-521, though SerializePrivateKey,
// which the format names, has a fixed length.
func (c *checker) scalar(sk Hex) Hex {
	sizes := map[wire.CipherSuite]int{0x0002: 32, 0x0005: 66, 0x0007: 48}
	missing := sizes[c.suite.ID()] - len(sk)
	return append(make(Hex, max(0, missing)), sk...)
}

// decode reads a struct of the RFC from a field.
func (c *checker) decode(field string, b []byte, v wire.Wirer) bool {
	return c.ok(field, wire.Unmarshal(b, v))
}

// marshal writes a struct of the RFC that belongs to a field.
func (c *checker) marshal(field string, v wire.Wirer) ([]byte, bool) {
	b, err := wire.Marshal(v)
	return b, c.ok(field, err)
}

// excerpt is a byte string as a person can take it in: all of it, or its ends
// and, if the difference to another lies between, the place of that.
func excerpt(b, other []byte) string {
	const whole, ends, around = 72, 16, 8
	if len(b) <= whole {
		if len(b) == 0 {
			return "nothing"
		}
		return hex.EncodeToString(b)
	}
	at := 0
	for at < len(b) && at < len(other) && b[at] == other[at] {
		at++
	}
	text := hex.EncodeToString(b[:ends]) + "…"
	if from := at - around; from > ends && at+around < len(b)-ends {
		text += fmt.Sprintf("%s…", hex.EncodeToString(b[from:at+around]))
	}
	return fmt.Sprintf("%s%s (%d bytes, the difference is at byte %d)", text, hex.EncodeToString(b[len(b)-ends:]), len(b), at)
}
