package treekem_test

import (
	"bytes"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

func equal(t *testing.T, field string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%s is %x, want %x", field, got, want)
	}
}

type keyScheduleEpoch struct {
	TreeHash      vectors.Hex `json:"tree_hash"`
	CommitSecret  vectors.Hex `json:"commit_secret"`
	PSKSecret     vectors.Hex `json:"psk_secret"`
	Confirmed     vectors.Hex `json:"confirmed_transcript_hash"`
	GroupContext  vectors.Hex `json:"group_context"`
	Joiner        vectors.Hex `json:"joiner_secret"`
	Welcome       vectors.Hex `json:"welcome_secret"`
	Init          vectors.Hex `json:"init_secret"`
	SenderData    vectors.Hex `json:"sender_data_secret"`
	Encryption    vectors.Hex `json:"encryption_secret"`
	ExporterKey   vectors.Hex `json:"exporter_secret"`
	Authenticator vectors.Hex `json:"epoch_authenticator"`
	External      vectors.Hex `json:"external_secret"`
	Confirmation  vectors.Hex `json:"confirmation_key"`
	Membership    vectors.Hex `json:"membership_key"`
	Resumption    vectors.Hex `json:"resumption_psk"`
	ExternalPub   vectors.Hex `json:"external_pub"`
	Exporter      struct {
		Label   string      `json:"label"`
		Context vectors.Hex `json:"context"`
		Length  int         `json:"length"`
		Secret  vectors.Hex `json:"secret"`
	} `json:"exporter"`
}

type keySchedule struct {
	CipherSuite wire.CipherSuite   `json:"cipher_suite"`
	GroupID     vectors.Hex        `json:"group_id"`
	Initial     vectors.Hex        `json:"initial_init_secret"`
	Epochs      []keyScheduleEpoch `json:"epochs"`
}

// context is the GroupContext of the vector's epoch i.
func (v keySchedule) context(t *testing.T, i int) []byte {
	context, err := wire.Marshal(&wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
		Epoch: uint64(i), TreeHash: v.Epochs[i].TreeHash, ConfirmedTranscriptHash: v.Epochs[i].Confirmed})
	if err != nil {
		t.Fatal(err)
	}
	return context
}

func TestKeyScheduleVectors(t *testing.T) {
	vectors.Run(t, "key-schedule.json", func(t *testing.T, v keySchedule) {
		s, err := suite.ByID(v.CipherSuite)
		if err != nil {
			t.Skipf("not checked: %v", err)
		}
		init := treekem.InitSecret(v.Initial)
		for i, e := range v.Epochs {
			equal(t, "group_context", v.context(t, i), e.GroupContext)
			init = checkEpoch(t, s, init, e)
		}
	})
}

func checkEpoch(t *testing.T, s suite.Suite, init treekem.InitSecret, e keyScheduleEpoch) treekem.InitSecret {
	joiner := init.Joiner(s, e.CommitSecret, e.GroupContext)
	equal(t, "joiner_secret", joiner, e.Joiner)
	member := joiner.Member(s, e.PSKSecret)
	equal(t, "welcome_secret", member.Welcome(s), e.Welcome)
	k := member.Epoch(s, e.GroupContext).Secrets(s)
	equal(t, "init_secret", k.Init, e.Init)
	equal(t, "sender_data_secret", k.SenderData, e.SenderData)
	equal(t, "encryption_secret", k.Encryption, e.Encryption)
	equal(t, "exporter_secret", k.Exporter, e.ExporterKey)
	equal(t, "epoch_authenticator", k.Authenticator, e.Authenticator)
	equal(t, "external_secret", k.External, e.External)
	equal(t, "confirmation_key", k.Confirmation, e.Confirmation)
	equal(t, "membership_key", k.Membership, e.Membership)
	equal(t, "resumption_psk", k.Resumption, e.Resumption)
	_, pk, err := treekem.ExternalKeyPair(s, k.External)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "external_pub", pk, e.ExternalPub)
	x := e.Exporter
	equal(t, "exporter.secret", treekem.Export(s, k.Exporter, x.Label, x.Context, x.Length), x.Secret)
	return k.Init
}
