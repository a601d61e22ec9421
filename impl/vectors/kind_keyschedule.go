package vectors

import (
	"fmt"

	"mlsref/impl/treekem"
	"mlsref/impl/wire"
)

// keySchedule: a run of epochs through RFC 9420 §8.
type keySchedule struct {
	CipherSuite wire.CipherSuite   `json:"cipher_suite"`
	GroupID     Hex                `json:"group_id"`
	Initial     Hex                `json:"initial_init_secret"`
	Epochs      []keyScheduleEpoch `json:"epochs"`
}

type keyScheduleEpoch struct {
	TreeHash      Hex            `json:"tree_hash"`
	CommitSecret  Hex            `json:"commit_secret"`
	PSKSecret     *Hex           `json:"psk_secret"` // "if present"
	Confirmed     Hex            `json:"confirmed_transcript_hash"`
	GroupContext  Hex            `json:"group_context"`
	Joiner        Hex            `json:"joiner_secret"`
	Welcome       Hex            `json:"welcome_secret"`
	Init          Hex            `json:"init_secret"`
	SenderData    Hex            `json:"sender_data_secret"`
	Encryption    Hex            `json:"encryption_secret"`
	ExporterKey   Hex            `json:"exporter_secret"`
	Authenticator Hex            `json:"epoch_authenticator"`
	External      Hex            `json:"external_secret"`
	Confirmation  Hex            `json:"confirmation_key"`
	Membership    Hex            `json:"membership_key"`
	Resumption    Hex            `json:"resumption_psk"`
	ExternalPub   Hex            `json:"external_pub"`
	Exporter      exporterVector `json:"exporter"`
}

type exporterVector struct {
	Label   string `json:"label"`
	Context Hex    `json:"context"`
	Length  uint32 `json:"length"`
	Secret  Hex    `json:"secret"`
}

var keyScheduleKind = newKind("key-schedule", "every secret of an epoch, over several epochs, and the exporter",
	verifyKeySchedule, generateKeySchedule)

// context is the GroupContext of epoch i.
func (v *keySchedule) context(i int) *wire.GroupContext {
	return &wire.GroupContext{Version: wire.ProtocolMLS10, CipherSuite: v.CipherSuite, GroupID: v.GroupID,
		Epoch: uint64(i), TreeHash: v.Epochs[i].TreeHash, ConfirmedTranscriptHash: v.Epochs[i].Confirmed}
}

func verifyKeySchedule(c *checker, v *keySchedule) {
	c.holds("epochs", len(v.Epochs) > 0, "there is none")
	init := treekem.InitSecret(v.Initial)
	for i := range v.Epochs {
		e := &v.Epochs[i]
		field := fmt.Sprintf("epochs[%d].", i)
		context, well := c.marshal(field+"group_context", v.context(i))
		if !well || !c.equal(field+"group_context", context, e.GroupContext) {
			return
		}
		if init = e.verify(c, field, init); init == nil {
			return
		}
	}
}

// verify computes an epoch. It returns the init_secret for the next one, nil if
// this one is wrong: whatever follows would be as well.
func (e *keyScheduleEpoch) verify(c *checker, field string, init treekem.InitSecret) treekem.InitSecret {
	s := c.suite
	psk := treekem.Zero(s)
	if e.PSKSecret != nil {
		psk = *e.PSKSecret
	}
	joiner := init.Joiner(s, e.CommitSecret, e.GroupContext)
	member := joiner.Member(s, psk)
	k := member.Epoch(s, e.GroupContext).Secrets(s)
	well := true
	for _, x := range []struct {
		name      string
		got, want []byte
	}{
		{"joiner_secret", joiner, e.Joiner},
		{"welcome_secret", member.Welcome(s), e.Welcome},
		{"init_secret", k.Init, e.Init},
		{"sender_data_secret", k.SenderData, e.SenderData},
		{"encryption_secret", k.Encryption, e.Encryption},
		{"exporter_secret", k.Exporter, e.ExporterKey},
		{"epoch_authenticator", k.Authenticator, e.Authenticator},
		{"external_secret", k.External, e.External},
		{"confirmation_key", k.Confirmation, e.Confirmation},
		{"membership_key", k.Membership, e.Membership},
		{"resumption_psk", k.Resumption, e.Resumption},
	} {
		well = c.equal(field+x.name, x.got, x.want) && well
	}
	_, pk, err := treekem.ExternalKeyPair(s, k.External)
	well = c.ok(field+"external_pub", err) && c.equal(field+"external_pub", pk, e.ExternalPub) && well
	x := e.Exporter
	if c.expandable(field+"exporter.length", int(x.Length)) {
		well = c.equal(field+"exporter.secret", treekem.Export(s, k.Exporter, x.Label, x.Context, int(x.Length)), x.Secret) && well
	}
	if !well {
		return nil
	}
	return k.Init
}

func generateKeySchedule(g *generator) []keySchedule {
	s := g.suite
	v := keySchedule{CipherSuite: s.ID(), GroupID: g.bytes(16), Initial: g.secret()}
	init := treekem.InitSecret(v.Initial)
	for i := range pick(g, 5, 2) {
		psk := Hex(treekem.Zero(s)) // without PSKs, then with
		if i > 0 {
			psk = g.secret()
		}
		v.Epochs = append(v.Epochs, keyScheduleEpoch{TreeHash: g.secret(), Confirmed: g.secret(), CommitSecret: g.secret(), PSKSecret: &psk})
		e := &v.Epochs[i]
		e.GroupContext = marshal(v.context(i))
		joiner := init.Joiner(s, e.CommitSecret, e.GroupContext)
		member := joiner.Member(s, psk)
		k := member.Epoch(s, e.GroupContext).Secrets(s)
		_, pk, err := treekem.ExternalKeyPair(s, k.External)
		ok(err)
		e.Joiner, e.Welcome, e.Init, e.ExternalPub = Hex(joiner), member.Welcome(s), Hex(k.Init), pk
		e.SenderData, e.Encryption, e.ExporterKey, e.External = k.SenderData, k.Encryption, k.Exporter, k.External
		e.Confirmation, e.Membership, e.Resumption, e.Authenticator = k.Confirmation, k.Membership, k.Resumption, k.Authenticator
		x := exporterVector{Label: fmt.Sprintf("label %d", i), Context: g.bytes(7), Length: 40}
		x.Secret = treekem.Export(s, k.Exporter, x.Label, x.Context, int(x.Length))
		e.Exporter = x
		init = k.Init
	}
	return []keySchedule{v}
}
