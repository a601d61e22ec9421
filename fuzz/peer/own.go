package peer

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"mlsref/impl/suite"
	"mlsref/impl/treesync"
	"mlsref/impl/wire"
)

// OwnHello is this implementation's hello.
func OwnHello() Hello {
	h := Hello{Protocol: Protocol, Name: "mlsref", Version: "1", Do: []string{Decode, KeyPackage, GroupInfo}}
	for _, k := range wire.Kinds() {
		h.Types = append(h.Types, k.Name)
	}
	return h
}

// Serve is a driver of this implementation: it answers requests until they end. A line
// that is no request is an error.
func Serve(requests io.Reader, answers io.Writer) error {
	out := json.NewEncoder(answers)
	if err := out.Encode(OwnHello()); err != nil {
		return err
	}
	s := bufio.NewScanner(requests)
	s.Buffer(nil, MaxLine)
	for line := 1; s.Scan(); line++ {
		var r Request
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return fmt.Errorf("line %d is no request: %w", line, err)
		}
		a := Own(r)
		if err := out.Encode(a); err != nil {
			return err
		}
	}
	return s.Err()
}

// Own is this implementation's answer.
func Own(r Request) Answer {
	a := Answer{ID: r.ID}
	if !OwnHello().Knows(r) {
		a.Unsupported = true
		return a
	}
	var why error
	switch r.Do {
	case Decode:
		a.Hex, why = decode(r)
	case KeyPackage:
		why = keyPackage(r)
	case GroupInfo:
		why = groupInfo(r)
	}
	a.OK = why == nil
	if why != nil {
		a.Hex, a.Error = nil, why.Error()
	}
	return a
}

func decode(r Request) (Hex, error) {
	k, _ := wire.KindOf(r.Type)
	v := k.New()
	if err := wire.Unmarshal(r.Hex, v); err != nil {
		return nil, err
	}
	return wire.Marshal(v)
}

func (r Request) policy() treesync.Policy {
	return treesync.Policy{Now: func() time.Time { return time.Unix(int64(r.Now), 0) }}
}

func keyPackage(r Request) error {
	var kp wire.KeyPackage
	if err := wire.Unmarshal(r.Hex, &kp); err != nil {
		return err
	}
	s, err := suite.ByID(kp.CipherSuite)
	if err != nil {
		return err
	}
	m := &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: &kp}
	if _, err := treesync.UnwrapKeyPackage(m); err != nil {
		return err
	}
	group := wire.GroupContext{Version: kp.Version, CipherSuite: kp.CipherSuite}
	return treesync.ValidateKeyPackage(s, &kp, group, r.policy(), true)
}

func groupInfo(r Request) error {
	var info wire.GroupInfo
	if err := wire.Unmarshal(r.Hex, &info); err != nil {
		return err
	}
	s, err := suite.ByID(info.GroupContext.CipherSuite)
	if err != nil {
		return err
	}
	_, err = treesync.FromGroupInfo(s, r.policy(), &info, r.Tree)
	return err
}
