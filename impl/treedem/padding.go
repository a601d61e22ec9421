package treedem

import "math/bits"

// Padding says how many zero bytes to add to a plaintext of n bytes (RFC 9420
// §6.3.1, §15.1): the content and its signature, before encryption. RFC 9420
// leaves the choice to the application. Nil adds nothing.
type Padding func(n int) int

// NoPadding adds nothing.
var NoPadding Padding

// ToMultiple pads to the next multiple of k bytes; it adds nothing if k < 2.
func ToMultiple(k int) Padding {
	return func(n int) int {
		if k < 2 {
			return 0
		}
		return (k - n%k) % k
	}
}

// PowerOfTwo pads to the next power of two: lengths tell one bit per doubling,
// and messages may double.
func PowerOfTwo(n int) int {
	if n < 2 {
		return 0
	}
	return 1<<bits.Len(uint(n-1)) - n
}

// Padme (Padmé, from PURBs) pads so that a length keeps only as many leading bits as the length of
// its length has: it tells O(log log n) bits and adds at most 12 %.
func Padme(n int) int {
	if n < 2 {
		return 0
	}
	exponent := bits.Len(uint(n)) - 1
	zero := exponent - bits.Len(uint(exponent)) // low bits of the length that are to be zero
	return -n & (1<<max(zero, 0) - 1)
}

// bytes is the padding for a plaintext of n bytes.
func (p Padding) bytes(n int) int {
	if p == nil {
		return 0
	}
	return p(n)
}
