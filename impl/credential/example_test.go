package credential_test

import (
	"fmt"

	"mlsref/impl/credential"
	"mlsref/impl/wire"
)

// Example is a directory that says which key is Alice's.
func Example() {
	as := credential.ByType{
		wire.CredentialBasic: credential.Basic{Directory: map[string][]byte{"alice": {1, 2, 3}}},
	}
	alice := wire.Credential{Type: wire.CredentialBasic, Identity: []byte("alice")}
	fmt.Println(as.Accept(alice, []byte{1, 2, 3}))
	fmt.Println(as.Accept(alice, []byte{9}))
	fmt.Println(as.Accept(wire.Credential{Type: wire.CredentialX509}, nil))
	// Output:
	// <nil>
	// RFC 9420 §5.3.1 (5.3.1/basic-key): the directory does not have "alice" with the key 09
	// RFC 9420 §5.3.1 (5.3.1/credential-type): credential type x509
}
