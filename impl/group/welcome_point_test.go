package group

import (
	"bytes"
	"testing"

	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// What a Welcome holds, opened by hand:
//
// Subtle point 50: joiner_secret, not init_secret; the GroupInfo's key is derived
// from it and the PSKs.
//
// Subtle point 51: encrypted_group_info has no additional data.
//
// Subtle point 52: the group secrets are encrypted under encrypted_group_info, and
// list the PSKs in the order of the proposals.
//
// Subtle point 56: what §11.2 and §12.4.1 say that the Welcome specifies is in there:
// the epoch in the GroupInfo, the PSKs' group and epoch in the GroupSecrets.
func TestWelcomeByHand(t *testing.T) {
	store := &PSKStore{}
	for _, id := range []string{"second", "first"} {
		store.Put(ExternalPSK([]byte(id)), []byte("the key of "+id))
	}
	p := suiteOne(t, Private, Config{PSKs: store})
	kp, kps, err := p.client("dave").NewKeyPackage(p.rng)
	p.ok(err)
	ids := []wire.PreSharedKeyID{ExternalPSK([]byte("second")), ExternalPSK([]byte("first")), ResumptionPSK([]byte("room"), 1)}
	pending, err := p.members["alice"].Commit(p.rng, CommitOptions{Add: []wire.KeyPackage{kp}, PSKs: ids})
	p.ok(err)
	next, welcome := pending.Accept()
	var m wire.MLSMessage
	p.ok(wire.Unmarshal(welcome, &m))
	encrypted, entry := m.Welcome.EncryptedGroupInfo, m.Welcome.Secrets[0].EncryptedGroupSecrets

	if _, err := p.s.DecryptWithLabel(kps.InitKey, "Welcome", nil, entry); err == nil {
		t.Error("the group secrets open without their context")
	}
	b, err := p.s.DecryptWithLabel(kps.InitKey, "Welcome", encrypted, entry)
	p.ok(err)
	var secrets wire.GroupSecrets
	p.ok(wire.Unmarshal(b, &secrets))
	if len(secrets.PSKs) != 3 || string(secrets.PSKs[0].PSKID) != "second" || string(secrets.PSKs[1].PSKID) != "first" {
		t.Fatalf("the PSKs are %+v", secrets.PSKs)
	}
	if r := secrets.PSKs[2]; string(r.PSKGroupID) != "room" || r.PSKEpoch != 1 {
		t.Errorf("the resumption PSK is that of group %q, epoch %d", r.PSKGroupID, r.PSKEpoch)
	}

	psks := []treekem.PSK{
		{ID: secrets.PSKs[0], Secret: []byte("the key of second")}, {ID: secrets.PSKs[1], Secret: []byte("the key of first")},
		{ID: secrets.PSKs[2], Secret: p.members["alice"].secrets.Resumption},
	}
	pskSecret, err := treekem.PSKSecret(p.s, psks)
	p.ok(err)
	member := treekem.JoinerSecret(secrets.JoinerSecret).Member(p.s, pskSecret)
	key, nonce := treekem.WelcomeKey(p.s, member.Welcome(p.s))
	if _, err := p.s.Open(key, nonce, []byte{0}, encrypted); err == nil {
		t.Error("the GroupInfo opens with additional data")
	}
	b, err = p.s.Open(key, nonce, nil, encrypted)
	p.ok(err)
	var info wire.GroupInfo
	p.ok(wire.Unmarshal(b, &info))
	context, err := wire.Marshal(&info.GroupContext)
	p.ok(err)
	if info.GroupContext.Epoch != 2 || !bytes.Equal(member.Epoch(p.s, context).Secrets(p.s).Authenticator, next.EpochAuthenticator()) {
		t.Error("joiner_secret and PSKs do not lead to the epoch's keys")
	}
}
