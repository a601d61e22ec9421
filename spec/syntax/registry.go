package syntax

// ianaRegistries are the values that RFC 9420 §17 assigns. The RFC's structs use their
// words as cases, and define the types as plain integers.
var ianaRegistries = map[string]map[string]uint64{
	"WireFormat": { // RFC 9420 §17.2
		"mls_public_message": 1, "mls_private_message": 2, "mls_welcome": 3, "mls_group_info": 4, "mls_key_package": 5,
	},
	"ExtensionType": { // RFC 9420 §17.3
		"application_id": 1, "ratchet_tree": 2, "required_capabilities": 3, "external_pub": 4, "external_senders": 5,
	},
	"ProposalType": { // RFC 9420 §17.4
		"add": 1, "update": 2, "remove": 3, "psk": 4, "reinit": 5, "external_init": 6, "group_context_extensions": 7,
	},
	"CredentialType": { // RFC 9420 §17.5
		"basic": 1, "x509": 2,
	},
}
