package treedem

import (
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// ConfirmedTranscript is confirmed_transcript_hash after a Commit (RFC 9420
// §8.2); Nh bytes.
func ConfirmedTranscript(s suite.Suite, interimBefore []byte, commit *Content) ([]byte, error) {
	input, err := wire.Marshal(&wire.ConfirmedTranscriptHashInput{
		WireFormat: commit.WireFormat, Content: commit.Content, Signature: commit.Auth.Signature})
	if err != nil {
		return nil, err
	}
	return s.Hash(slices.Concat(interimBefore, input)), nil
}

// InterimTranscript is interim_transcript_hash (RFC 9420 §8.2); Nh bytes. Epoch 0
// uses it too, as §11 says and against §8.2's empty string (subtle point 48).
func InterimTranscript(s suite.Suite, confirmed, confirmationTag []byte) ([]byte, error) {
	input, err := wire.Marshal(&wire.InterimTranscriptHashInput{ConfirmationTag: confirmationTag})
	if err != nil {
		return nil, err
	}
	return s.Hash(slices.Concat(confirmed, input)), nil
}

// ConfirmationTag is the MAC of RFC 9420 §6.1; Nh bytes.
func ConfirmationTag(s suite.Suite, confirmationKey, confirmed []byte) []byte {
	return s.MAC(confirmationKey, confirmed)
}

// VerifyConfirmation checks a Commit's or a GroupInfo's confirmation_tag.
func VerifyConfirmation(s suite.Suite, confirmationKey, confirmed, tag []byte) error {
	if !s.VerifyMAC(confirmationKey, confirmed, tag) {
		return spec.ConfirmationTag.Broken("the tag does not verify under the new epoch's confirmation_key")
	}
	return nil
}
