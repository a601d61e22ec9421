// Package peer holds this implementation against another one: the same bytes to both,
// and each disagreement on accept or reject put into a class.
//
// The other one, the peer, is a process, its driver, that answers requests. Both speak
// JSON, one object a line. The driver says hello first:
//
//	{"protocol":1,"name":"mlsref","version":"1","do":["decode"],"types":["MLSMessage","Welcome"]}
//
// do has the operations that it knows, types the structs that it can decode, by their
// names in RFC 9420. Then it reads requests, and answers each before it reads the next:
//
//	{"id":1,"do":"decode","type":"Welcome","hex":"0001…"}
//	{"id":1,"ok":true,"hex":"0001…"}
//	{"id":2,"do":"decode","type":"Welcome","hex":"ff"}
//	{"id":2,"ok":false,"error":"the cipher suite is cut short"}
//	{"id":3,"do":"decode","type":"Commit","hex":"0000"}
//	{"id":3,"unsupported":true}
//
// The operations:
//
//	decode      hex is all of a struct. Accepted: it parses, with nothing left over;
//	            the answer's hex is the struct written again, absent if it cannot be
//	keypackage  hex is a KeyPackage (RFC 9420 §10). Accepted: it is valid (§10.1) at the
//	            time now, in seconds since 1970, for a group of its own cipher suite
//	groupinfo   hex is a GroupInfo (§12.4.3), tree its ratchet_tree (§12.4.3.3). Accepted:
//	            who comes to the group takes both, but for what needs a secret
//
// A driver ends when its input ends. What it writes on standard error is shown if it
// fails. It may die on an input: that is reported, and it is started again.
package peer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Protocol is the version of the protocol.
const Protocol = 1

// MaxLine is how long a line may be, in bytes.
const MaxLine = 1 << 20

// The operations.
const (
	Decode     = "decode"
	KeyPackage = "keypackage"
	GroupInfo  = "groupinfo"
)

// Hello is what a driver says of itself.
type Hello struct {
	Protocol int      `json:"protocol"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Do       []string `json:"do"`
	Types    []string `json:"types"`
}

// Knows says whether a request is worth asking.
func (h Hello) Knows(r Request) bool {
	return slices.Contains(h.Do, r.Do) && (r.Do != Decode || slices.Contains(h.Types, r.Type))
}

// Request is one question.
type Request struct {
	ID   int    `json:"id"`
	Do   string `json:"do"`
	Type string `json:"type,omitempty"`
	Hex  Hex    `json:"hex"`
	Tree Hex    `json:"tree,omitempty"`
	Now  uint64 `json:"now,omitempty"`
}

// String names a request, for messages.
func (r Request) String() string {
	text := fmt.Sprintf("request %d, %s", r.ID, r.Do)
	if r.Type != "" {
		text += " " + r.Type
	}
	return fmt.Sprintf("%s of %d bytes", text, len(r.Hex))
}

// Answer is what a peer says to a request.
type Answer struct {
	ID          int    `json:"id"`
	OK          bool   `json:"ok"`
	Hex         Hex    `json:"hex,omitempty"`
	Error       string `json:"error,omitempty"`
	Unsupported bool   `json:"unsupported,omitempty"`
}

// Hex is bytes that are hex in JSON.
type Hex []byte

func (h Hex) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// parseHello reads a driver's first line.
func parseHello(line []byte) (Hello, error) {
	var h Hello
	if err := json.Unmarshal(line, &h); err != nil {
		return h, err
	}
	switch {
	case h.Protocol != Protocol:
		return h, fmt.Errorf("it speaks version %d of the protocol, expected %d", h.Protocol, Protocol)
	case h.Name == "" || h.Version == "":
		return h, errors.New("it has no name or no version")
	case len(h.Do) == 0:
		return h, errors.New("it knows no operation")
	}
	return h, nil
}

// parseAnswer reads the answer to a request. One that says too little is none.
func parseAnswer(line []byte, r Request) (Answer, error) {
	var has struct {
		ID *int
		OK *bool
	}
	var a Answer
	err := json.Unmarshal(line, &has)
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err != nil {
		return a, err
	}
	switch {
	case has.ID == nil:
		return a, errors.New("it has no id")
	case a.ID != r.ID:
		return a, fmt.Errorf("it is the answer to request %d", a.ID)
	case has.OK == nil && !a.Unsupported:
		return a, errors.New("it says neither ok nor unsupported")
	case has.OK != nil && !a.OK && a.Error == "":
		return a, errors.New("it says not ok, and not why")
	}
	return a, nil
}
