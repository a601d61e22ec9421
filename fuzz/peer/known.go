package peer

import "slices"

// Class is a known cause of disagreements.
type Class struct {
	Name    string
	Peers   []string // that have it, by name
	Side    Side
	What    string // who does what
	Right   string // who is right by RFC 9420
	Section string // of RFC 9420, where that is said
	Says    string // what it says, in our words
	Answer  string // what mlsref does about it

	is func(d *Difference) bool
}

// The peers that classes are written down for.
const (
	openMLS = "openmls"
	mlsRS   = "mls-rs"
	mlsPP   = "mlspp"
)

// ClassOf is the first class that a difference belongs to; nil: it is not known.
func ClassOf(d *Difference) *Class {
	for _, c := range classes {
		if c.Side == d.Side && slices.Contains(c.Peers, d.Peer) && c.is(d) {
			return &c
		}
	}
	return nil
}

// Classes are the known classes, the narrow ones first.
func Classes() []Class { return slices.Clone(classes) }

var classes = slices.Concat(peerAccepts, ownAccepts, otherBytes, validation, failures)

// What only a peer accepts: it is not strict where mlsref is.
var peerAccepts = []Class{
	{
		Name: "unknown-credential", Peers: []string{openMLS, mlsRS}, Side: PeerAccepts,
		What:    "The peer reads a credential of an unknown type as one opaque<V>; mlsref refuses it.",
		Right:   "mlsref, by the syntax; the peer's reading is an agreement outside of RFC 9420",
		Section: "5.3", Says: "Credential is a select with the cases basic and x509 only: an unknown type has no syntax, and so no length. An unsupported type has its message rejected (§13.5).",
		Answer: "None: what cannot be skipped is refused at once, and not later.",
		is:     ownSays(`unknown credential type`),
	}, {
		Name: "certificates-unread", Peers: []string{openMLS}, Side: PeerAccepts,
		What:    "The peer takes the certificates of an x509 credential as one opaque<V>, and does not look at the lengths in it.",
		Right:   "mlsref",
		Section: "5.3", Says: "They are a vector of Certificate, each of which has a length header, in the one form that §2.1.2 allows.",
		Answer: "None.",
		is:     ownSays(`credential\.certificates|\(certificates`),
	}, {
		Name: "unknown-proposal", Peers: []string{openMLS, mlsRS}, Side: PeerAccepts,
		What:    "The peer reads a proposal of an unknown type as one opaque<V>; mlsref refuses it.",
		Right:   "mlsref, by the syntax; the peer's reading is an agreement outside of RFC 9420",
		Section: "12.1", Says: "Proposal is a select with seven cases: an unknown type has no syntax. An unsupported type has its message rejected (§13.5).",
		Answer: "None: a known limit, see the README.",
		is:     ownSays(`unknown proposal type`),
	}, {
		Name: "required-credentials-unread", Peers: []string{mlsPP}, Side: PeerAccepts,
		What:    "The peer's RequiredCapabilities has no credential_types, which it leaves unread.",
		Right:   "mlsref",
		Section: "11.1", Says: "RequiredCapabilities has three vectors; credential_types is the last.",
		Answer: "None.",
		is:     ownSays(`credential_types`),
	}, {
		Name: "trailing-bytes", Peers: []string{mlsPP, mlsRS}, Side: PeerAccepts,
		What:    "The peer's parser takes what it needs, and leaves the rest to its caller, which does not ask: mlspp for all structs, mls-rs for a ratchet tree beside its message and the contents of extensions.",
		Right:   "mlsref",
		Section: "2.1", Says: "A struct is the concatenation of its fields. What follows them belongs to none, and the same struct would have several encodings.",
		Answer: "None: trailing bytes are refused in every struct.",
		is:     ownSays(`\d+ trailing bytes`),
	}, {
		Name: "other-version", Peers: []string{mlsRS, mlsPP}, Side: PeerAccepts,
		What:    "The peer parses an MLSMessage of another protocol version as one of mls10.",
		Right:   "mlsref",
		Section: "6", Says: "The version of an MLSMessage is mls10: another one may have any syntax.",
		Answer: "None.",
		is:     ownSays(`protocol version \d+, want mls10`),
	},
}

// What only mlsref's decoder accepts: the peer checks while it parses, where mlsref
// checks later, or knows fewer values.
var ownAccepts = []Class{
	{
		Name: "extension-place", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer refuses a default extension in a list where it does not belong while it parses.",
		Right:   "both: mlsref refuses it when it validates, rule 17.3/place",
		Section: "17.3", Says: "The registry says in which messages an extension may appear.",
		Answer: "None: no semantic check hides in decoding.",
		is:     both(theirsSay(`extension of type \w+ that is not allowed`), has(extensionPart)),
	}, {
		Name: "extension-twice", Peers: []string{openMLS, mlsRS}, Side: OwnAccepts,
		What:    "The peer refuses a list of extensions that has a type twice while it parses.",
		Right:   "both: mlsref refuses it when it validates, rule 13.4/distinct",
		Section: "13.4", Says: "No list of extensions has more than one of a type.",
		Answer: "None: no semantic check hides in decoding.",
		is:     both(theirsSay(`duplicate extensions|Custom\(1\)`), has(twoOfOneType)),
	}, {
		Name: "unmerged-unsorted", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer refuses unmerged_leaves that are not sorted while it parses.",
		Right:   "both: mlsref refuses them when it validates a tree, rule 7.1/unmerged-sorted",
		Section: "7.1", Says: "unmerged_leaves is sorted in increasing order.",
		Answer: "None: no semantic check hides in decoding.",
		is:     both(theirsSay(`Unmerged leaves not sorted`), has(unsorted)),
	}, {
		Name: "key-package-version", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer refuses a KeyPackage of another version than its MLSMessage while it parses.",
		Right:   "both: mlsref refuses it when it unwraps it, rule 10/message-version",
		Section: "10", Says: "The two versions are the same.",
		Answer: "None: no semantic check hides in decoding.",
		is:     theirsSay(`KeyPackage protocol version does not match`),
	}, {
		Name: "tree-shape", Peers: []string{mlsPP}, Side: OwnAccepts,
		What:    "The peer refuses a ratchet tree that ends in a blank node, has an even number of nodes, or has one of the wrong type at a place, while it parses.",
		Right:   "both: mlsref refuses it when it builds the tree",
		Section: "12.4.3.3", Says: "The last node is not blank; leaves are at even places, parents at odd ones.",
		Answer: "None: no semantic check hides in decoding.",
		is:     theirsSay(`does not use minimal encoding|in (parent|leaf) node position|even number of nodes`),
	}, {
		Name: "certificate-content", Peers: []string{mlsPP}, Side: OwnAccepts,
		What:    "The peer parses the X.509 certificates of a credential while it parses the credential, of which it wants one at least.",
		Right:   "both: mlsref leaves them to the application's credential check, impl/credential",
		Section: "5.3", Says: "cert_data is a DER-encoded certificate; the chain is validated with the credential (§5.3.1).",
		Answer: "None: no semantic check hides in decoding.",
		is:     both(theirsSay(`exception: error:[0-9A-F]+:|certificate`), has(x509)),
	}, {
		Name: "extension-content", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer decodes the data of extensions that it knows while it parses the list that they are in.",
		Right:   "either: RFC 9420 does not say when",
		Section: "7.2", Says: "extension_data is opaque; what is in it, the extension's type says.",
		Answer: "None: mlsref decodes it where it is used, and refuses it there.",
		is:     both(theirsSay(`EndOfStream|InvalidVectorLength|TrailingData|DecodingError|UnknownValue`), has(malformedExtension)),
	}, {
		Name: "unknown-cipher-suite", Peers: []string{openMLS}, Side: OwnAccepts,
		What:    "The peer refuses a cipher suite that it does not know while it parses, in a KeyPackage, GroupContext, Welcome or ReInit.",
		Right:   "either: such a message is of no use to who does not know the suite",
		Section: "17.1", Says: "A cipher suite is a number of a registry, which may grow.",
		Answer: "None: mlsref refuses it when it looks the suite up.",
		is:     both(theirsSay(`UnknownValue`), has(unknownValue("CipherSuite", 7))),
	}, {
		Name: "unknown-enum", Peers: []string{openMLS, mlsRS, mlsPP}, Side: OwnAccepts,
		What:    "The peer refuses an unknown content_type of a PrivateMessage, or an unknown usage of a resumption PSK, while it parses.",
		Right:   "either: no valid message has one",
		Section: "2.1", Says: "Enums are those of RFC 8446, whose values need not all be known. The content type of a PrivateMessage selects nothing before it is decrypted (§6.3), the usage never (§8.4).",
		Answer: "None: mlsref refuses it when it processes the message.",
		is:     both(theirsSay(`UnknownValue|UnsupportedEnumDiscriminant`), either(has(unknownValue("ContentType", 3)), has(unknownValue("ResumptionPSKUsage", 3)))),
	}, {
		Name: "leaf-index-limit", Peers: []string{mlsRS}, Side: OwnAccepts,
		What:    "The peer refuses a leaf index of 2^24 or more while it parses: its trees are no larger.",
		Right:   "mlsref, by the syntax; no such tree is likely to be met",
		Section: "7.1", Says: "A leaf index is a uint32.",
		Answer: "None: mlsref refuses an index outside of the tree that it is for.",
		is:     both(theirsSay(`Custom\(6\)`), has(largeIndex)),
	},
}

// What both accept, and one writes differently.
var otherBytes = []Class{
	{
		Name: "required-credentials-lost", Peers: []string{mlsPP}, Side: OtherBytes,
		What:    "The peer's RequiredCapabilities has no credential_types: what they were is lost.",
		Right:   "mlsref",
		Section: "11.1", Says: "RequiredCapabilities has three vectors; credential_types is the last.",
		Answer: "None.",
		is:     func(d *Difference) bool { return d.Input.Type == "RequiredCapabilities" },
	},
}
