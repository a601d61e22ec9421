package treekem_test

import (
	"math/rand/v2"
	"testing"

	"mlsref/impl/internal/vectors"
	"mlsref/impl/suite"
	"mlsref/impl/treekem"
)

// TestMakeVectors makes two epochs per suite. They were made by this
// implementation at a moment when it passed all official vectors, so that they
// only guard against change.
func TestMakeVectors(t *testing.T) {
	vectors.Make(t, "key-schedule.json", func(rng *rand.ChaCha8) []keySchedule {
		var list []keySchedule
		for _, name := range suite.Names() {
			s, err := suite.ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			v := keySchedule{CipherSuite: s.ID(), GroupID: vectors.Fresh(rng, 5), Initial: vectors.Fresh(rng, s.Nh())}
			init := treekem.InitSecret(v.Initial)
			for i := range 2 {
				v.Epochs = append(v.Epochs, keyScheduleEpoch{
					TreeHash: vectors.Fresh(rng, s.Nh()), Confirmed: vectors.Fresh(rng, s.Nh()),
					CommitSecret: vectors.Fresh(rng, s.Nh()), PSKSecret: treekem.Zero(s),
				})
				if i > 0 {
					v.Epochs[i].PSKSecret = vectors.Fresh(rng, s.Nh())
				}
				v.Epochs[i].GroupContext = v.context(t, i)
				init = makeEpoch(t, s, rng, init, &v.Epochs[i])
			}
			list = append(list, v)
		}
		return list
	})
}

// makeEpoch fills in what the schedule gives.
func makeEpoch(t *testing.T, s suite.Suite, rng *rand.ChaCha8, init treekem.InitSecret, e *keyScheduleEpoch) treekem.InitSecret {
	joiner := init.Joiner(s, e.CommitSecret, e.GroupContext)
	member := joiner.Member(s, e.PSKSecret)
	k := member.Epoch(s, e.GroupContext).Secrets(s)
	_, pk, err := treekem.ExternalKeyPair(s, k.External)
	if err != nil {
		t.Fatal(err)
	}
	e.Joiner, e.Welcome, e.Init = vectors.Hex(joiner), member.Welcome(s), vectors.Hex(k.Init)
	e.SenderData, e.Encryption, e.ExporterKey, e.External = k.SenderData, k.Encryption, k.Exporter, k.External
	e.Confirmation, e.Membership, e.Resumption, e.Authenticator = k.Confirmation, k.Membership, k.Resumption, k.Authenticator
	e.ExternalPub = pk
	x := &e.Exporter
	x.Label, x.Context, x.Length = "label", vectors.Fresh(rng, 7), 40
	x.Secret = treekem.Export(s, k.Exporter, x.Label, x.Context, x.Length)
	return k.Init
}
