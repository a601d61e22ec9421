package spec

// Label is a string that keeps one use of a key or a secret apart from the others.
type Label struct {
	Function string // that takes it: "ExpandWithLabel"; verifying and decrypting take those of signing and encrypting
	Text     string // without "MLS 1.0 ", where the function puts it before
	Section  string
}

// Labels are those that the implementation uses. A test of package coverage holds them
// against the calls in impl.
func Labels() []Label {
	return []Label{
		{"RefHash", "MLS 1.0 KeyPackage Reference", "5.2"},
		{"RefHash", "MLS 1.0 Proposal Reference", "5.2"},
		{"SignWithLabel", "FramedContentTBS", "6.1"},
		{"ExpandWithLabel", "key", "6.3.2"},
		{"ExpandWithLabel", "nonce", "6.3.2"},
		{"SignWithLabel", "LeafNodeTBS", "7.2"},
		{"DeriveSecret", "path", "7.4"},
		{"DeriveSecret", "node", "7.4"},
		{"EncryptWithLabel", "UpdatePathNode", "7.6"},
		{"ExpandWithLabel", "joiner", "8"},
		{"DeriveSecret", "welcome", "8"},
		{"ExpandWithLabel", "epoch", "8"},
		{"DeriveSecret", "init", "8"},
		{"DeriveSecret", "sender data", "8"},
		{"DeriveSecret", "encryption", "8"},
		{"DeriveSecret", "exporter", "8"},
		{"DeriveSecret", "external", "8"},
		{"DeriveSecret", "confirm", "8"},
		{"DeriveSecret", "membership", "8"},
		{"DeriveSecret", "resumption", "8"},
		{"DeriveSecret", "authentication", "8"},
		{"ExpandWithLabel", "derived psk", "8.4"},
		{"ExpandWithLabel", "exported", "8.5"},
		{"ExpandWithLabel", "tree", "9"},
		{"ExpandWithLabel", "handshake", "9"},
		{"ExpandWithLabel", "application", "9"},
		{"DeriveTreeSecret", "nonce", "9.1"},
		{"DeriveTreeSecret", "key", "9.1"},
		{"DeriveTreeSecret", "secret", "9.1"},
		{"SignWithLabel", "KeyPackageTBS", "10"},
		{"SignWithLabel", "GroupInfoTBS", "12.4.3"},
		{"EncryptWithLabel", "Welcome", "12.4.3.1"},
	}
}

// LabelPrefix goes before every label but RefHash's (RFC 9420 §5.1.2, §5.1.3, §8).
const LabelPrefix = "MLS 1.0 "

// ExternalInitLabel is what the KEM of an ExternalInit exports (RFC 9420 §8.3).
const ExternalInitLabel = LabelPrefix + "external init secret"
