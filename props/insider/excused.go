package insider

import "mlsref/spec"

const (
	ofTheSender = "the sender's own conduct: no receiver has such a rule"
	ofX509      = "named beside 7.3/credential, by one application's check of X.509 chains: credential.TestX509Rules"
	ofBasic     = "named beside 7.3/credential or 5.3.1/successor, as the cause"
	noSyntax    = "SenderData has no sender type: whatever is sent in private is a member's"
)

// excused are the rules that no insider's message breaks here, and why not. A rule
// that is new fails the test until it is broken, or stands here.
var excused = map[*spec.Rule]string{
	spec.X509EndEntity: ofX509, spec.X509DER: ofX509, spec.X509SignatureKey: ofX509, spec.X509Order: ofX509, spec.X509Path: ofX509,
	spec.CredentialKind: ofBasic, spec.BasicKey: ofBasic, spec.IdentityKept: ofBasic,

	spec.DefaultsUnlisted: ofTheSender, spec.CapabilitiesComplete: ofTheSender, spec.CapabilitiesHonest: ofTheSender,
	spec.KeyPackageExtensionsListed: ofTheSender, spec.InitKeysUnique: ofTheSender, spec.GreaseNotSent: ofTheSender,
	spec.CommitFirst: ofTheSender, spec.ReInitClosed: ofTheSender,
	spec.GenerationsLeft: ofTheSender, spec.AEADUsage: ofTheSender, spec.AEADSize: ofTheSender,

	spec.OutsiderPublic: noSyntax, spec.PrivateSenderMember: noSyntax,

	spec.GenerationOnce:           "a message that comes twice is not a changed one: group.TestMessages",
	spec.KeyPackageMessageVersion: "a KeyPackage by itself goes to no group",
	spec.GroupIDUnique:            "what groups the joiner is in is not in the message, and leaves are signed for their own group_id",
	spec.LinkKnown:                "the joiner would have to hold the PSK of a group that it was not in",
}
