package treesync

import (
	"fmt"
	"slices"

	"mlsref/impl/suite"
	"mlsref/impl/wire"
	"mlsref/spec"
)

// RequiredCapabilities decodes the required_capabilities of the group; nil: it has
// none (RFC 9420 §11.1).
func RequiredCapabilities(gc wire.GroupContext) (*wire.RequiredCapabilities, error) {
	var r wire.RequiredCapabilities
	if found, err := extension(gc.Extensions, wire.ExtensionRequiredCapabilities, &r); !found || err != nil {
		return nil, err
	}
	return &r, nil
}

// ExternalSenders decodes the external_senders of the group (RFC 9420 §12.1.8.1).
func ExternalSenders(gc wire.GroupContext) ([]wire.ExternalSender, error) {
	var x wire.ExternalSenders
	_, err := extension(gc.Extensions, wire.ExtensionExternalSenders, &x)
	return x.Senders, err
}

// ValidateGroupContext checks the extensions of a GroupContext by themselves: at
// the creation of a group, on joining, and after a GroupContextExtensions proposal.
// Whether the members support them is ValidateLeaf's and the proposals' to say.
func ValidateGroupContext(s suite.Suite, gc wire.GroupContext, p Policy) error {
	if err := extensionsDistinct(gc.Extensions); err != nil {
		return err
	}
	if err := extensionsPlaced(inGroupContext, gc.Extensions); err != nil {
		return err
	}
	if _, err := RequiredCapabilities(gc); err != nil {
		return err
	}
	senders, err := ExternalSenders(gc)
	if err != nil {
		return err
	}
	for i, sender := range senders {
		if err := externalSenderValid(s, i, sender, p); err != nil {
			return err
		}
	}
	return nil
}

// externalSenderValid asks the Authentication Service each time that the list comes
// up, changed or not: §5.3.1 asks for it when the list is added or updated.
func externalSenderValid(s suite.Suite, i int, x wire.ExternalSender, p Policy) error {
	if err := signatureKeyValid(s, x.SignatureKey); err != nil {
		return err
	}
	if p.Credentials == nil {
		return nil
	}
	if err := p.Credentials.Accept(x.Credential, x.SignatureKey); err != nil {
		return fmt.Errorf("%w: %w", spec.ExternalSenderCredential.Broken("the credential of external sender %d is not accepted", i), err)
	}
	return nil
}

// ValidateSentGroupContext checks what a client is about to put into a GroupContext:
// no GREASE, neither as an extension nor in required_capabilities, which is not
// among the fields that RFC 9420 §13.5 allows. Receivers MUST NOT have such a rule:
// to them it is an extension that somebody does not support.
func ValidateSentGroupContext(extensions []wire.Extension) error {
	for _, e := range extensions {
		if IsGrease(e.Type) {
			return spec.GreaseNotSent.Broken("the GroupContext has extension type %#04x", uint16(e.Type))
		}
	}
	required, err := RequiredCapabilities(wire.GroupContext{Extensions: extensions})
	if required == nil {
		return err
	}
	if slices.ContainsFunc(required.ExtensionTypes, IsGrease) ||
		slices.ContainsFunc(required.ProposalTypes, IsGrease) || slices.ContainsFunc(required.CredentialTypes, IsGrease) {
		return spec.GreaseNotSent.Broken("required_capabilities asks for a GREASE value")
	}
	return nil
}

// ValidateSupport checks that this client can be in the group: whoever joins must
// (RFC 9420 §13.4), and so should a member when the GroupContext changes. supported
// is what it really supports, and not what its leaf says, with GREASE (§13.5).
func ValidateSupport(supported wire.Capabilities, gc wire.GroupContext) error {
	for _, e := range gc.Extensions {
		if !supportsExtension(supported, e.Type) {
			return spec.ClientSupportsGroup.Broken("extension type %v is not supported", e.Type)
		}
	}
	return nil
}
