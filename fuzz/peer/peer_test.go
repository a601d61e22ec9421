package peer

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mlsref/impl/vectors"
	"mlsref/impl/wire"
)

// TestMain makes the test binary a driver of its own, which is honest or is not.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "driver" {
		drive(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// bad is the type at which a bad driver shows what it is.
const bad = "Remove"

// drive is a driver that does what mode says.
func drive(mode string) {
	switch mode {
	case "honest":
		Serve(os.Stdin, os.Stdout)
		return
	case "dies at once":
		fmt.Fprintln(os.Stderr, "no library")
		os.Exit(3)
	case "says no hello":
		time.Sleep(time.Hour)
	case "speaks version 2":
		fmt.Println(`{"protocol":2,"name":"x","version":"1","do":["decode"]}`)
	case "has no name":
		fmt.Println(`{"protocol":1,"version":"1","do":["decode"]}`)
	case "knows nothing":
		fmt.Println(`{"protocol":1,"name":"x","version":"1"}`)
	case "says hello in prose":
		fmt.Println("hello")
	}
	json.NewEncoder(os.Stdout).Encode(OwnHello())
	if mode == "is deaf" {
		time.Sleep(time.Hour)
	}
	s := bufio.NewScanner(os.Stdin)
	s.Buffer(nil, MaxLine)
	for s.Scan() {
		var r Request
		if json.Unmarshal(s.Bytes(), &r) != nil {
			os.Exit(4)
		}
		a := Own(r)
		if r.Type == bad {
			misbehave(mode, &a)
		}
		b, _ := json.Marshal(a)
		fmt.Println(string(b))
	}
}

func misbehave(mode string, a *Answer) {
	switch mode {
	case "dies":
		fmt.Fprintln(os.Stderr, "panicked at line 7")
		os.Exit(101)
	case "hangs":
		time.Sleep(time.Hour)
	case "says prose":
		fmt.Println("warning: this is a log line")
	case "says nothing":
		fmt.Println("{}")
	case "answers another":
		a.ID--
	case "is not ok, and not why":
		a.OK, a.Error = false, ""
	case "is too long":
		a.Error = strings.Repeat("x", MaxLine)
	case "has wrong hex":
		fmt.Printf(`{"id":%d,"ok":true,"hex":"0"}`+"\n", a.ID)
	case "accepts all":
		a.OK, a.Error = true, ""
	case "accepts nothing":
		a.OK, a.Error = false, "no"
	case "writes other bytes":
		a.Hex = append(Hex{0}, a.Hex...)
	}
}

func start(t *testing.T, mode string, timeout time.Duration) *Peer {
	t.Helper()
	p, err := Start(context.Background(), []string{os.Args[0], "driver", mode}, timeout)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// TestServe holds mlsref against itself, by way of the protocol.
func TestServe(t *testing.T) {
	own, err := vectors.Own()
	if err != nil {
		t.Fatal(err)
	}
	objects, err := Objects()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, "honest", time.Minute)
	list := slices.Concat(FromVectors(own), objects)
	list = slices.AppendSeq(list, Mutated(list, 200, 1))
	list = slices.AppendSeq(list, Random(p.Hello, 200, 1))
	tally, err := p.Compare(slices.Values(list))
	if err != nil {
		t.Fatal(err)
	}
	if tally.Asked != len(list) || tally.Accepted == 0 || tally.Refused == 0 || tally.Accepted+tally.Refused != tally.Asked {
		t.Errorf("of %d inputs %d were answered, %d accepted, %d refused", len(list), tally.Asked, tally.Accepted, tally.Refused)
	}
	accepted := map[string]int{}
	for _, in := range list {
		if a := Own(in.Request); a.OK {
			accepted[in.Do]++
		}
	}
	for _, operation := range []string{Decode, KeyPackage, GroupInfo} {
		if accepted[operation] == 0 {
			t.Errorf("no input of %s is accepted", operation)
		}
	}
}

// TestDisagreement has drivers that answer wrongly: each is reported.
func TestDisagreement(t *testing.T) {
	remove := Request{Do: Decode, Type: bad, Hex: Hex{0, 0, 0, 1}}
	short := Request{Do: Decode, Type: bad, Hex: Hex{0, 0, 0}}
	for _, c := range []struct {
		mode  string
		r     Request
		shape string
	}{
		{"accepts all", short, "decode Remove: only the peer accepts; malformed at byte # (removed): needs # bytes, # left"},
		{"accepts nothing", remove, "decode Remove: only mlsref accepts; no"},
		{"writes other bytes", remove, "decode Remove: both accept, and write it differently"},
	} {
		p := start(t, c.mode, time.Minute)
		tally, err := p.Compare(slices.Values([]Input{{"test", c.r}, {"test", c.r}}))
		if err != nil || tally.Unknown[c.shape] != 2 || len(tally.Examples) != 1 {
			t.Errorf("a driver that %s: %v, %v", c.mode, tally.Unknown, err)
		}
	}
}

func TestFailures(t *testing.T) {
	for mode, want := range map[string]string{
		"dies":                   "it died, exit status 101; it said: panicked at line 7",
		"hangs":                  "no answer in 10ms",
		"is deaf":                "no answer in 10ms",
		"says prose":             `its answer is wrong: invalid character 'w' looking for beginning of value: "warning: this is a log line"`,
		"says nothing":           `its answer is wrong: it has no id: "{}"`,
		"answers another":        "its answer is wrong: it is the answer to request 1",
		"is not ok, and not why": "its answer is wrong: it says not ok, and not why",
		"is too long":            fmt.Sprintf("its answer is a line of more than %d bytes", MaxLine),
		"has wrong hex":          "its answer is wrong: encoding/hex: odd length hex string",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := start(t, mode, time.Minute)
			good := Request{Do: Decode, Type: "Lifetime", Hex: make(Hex, 16)}
			if mode != "is deaf" {
				if a, err := p.Ask(good); err != nil || !a.OK {
					t.Fatalf("before: %+v, %v", a, err)
				}
			}
			if strings.Contains(want, "no answer in") { // there never will be one
				p.timeout = 10 * time.Millisecond
			}
			_, err := p.Ask(Request{Do: Decode, Type: bad, Hex: Hex{0, 0, 0, 1}})
			p.timeout = time.Minute
			var f *Failure
			if !errors.As(err, &f) || f.Request.Type != bad || !strings.Contains(err.Error(), want) {
				t.Fatalf("it failed with %v, want %q", err, want)
			}
			if mode == "is deaf" {
				return
			}
			if a, err := p.Ask(good); err != nil || !a.OK || p.Restarts != 1 {
				t.Errorf("started again: %+v, %v, %d restarts", a, err, p.Restarts)
			}
		})
	}
}

func TestStartFails(t *testing.T) {
	for mode, want := range map[string]string{
		"dies at once":        "the peer failed at its start: it died, exit status 3; it said: no library",
		"says no hello":       "the peer failed at its start: no answer in 10ms",
		"speaks version 2":    "it speaks version 2 of the protocol, expected 1",
		"has no name":         "it has no name or no version",
		"knows nothing":       "it knows no operation",
		"says hello in prose": "its hello is wrong",
	} {
		timeout := time.Minute
		if mode == "says no hello" {
			timeout = 10 * time.Millisecond
		}
		_, err := Start(context.Background(), []string{os.Args[0], "driver", mode}, timeout)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a driver that %s: %v, want %q", mode, err, want)
		}
	}
	for _, command := range [][]string{nil, {"/no/such/driver"}} {
		if _, err := Start(context.Background(), command, time.Minute); err == nil {
			t.Errorf("%q was started", command)
		}
	}
}

// TestKept says that a comparison keeps the inputs on which a peer failed, goes on, and
// gives up on a peer that fails on everything.
func TestKept(t *testing.T) {
	one := Input{"test", Request{Do: Decode, Type: bad, Hex: Hex{0, 0, 0, 1}}}
	good := Input{"test", Request{Do: Decode, Type: "Lifetime", Hex: make(Hex, 16)}}
	p := start(t, "dies", time.Minute)
	tally, err := p.Compare(slices.Values([]Input{good, one, good, {"test", Request{Do: "dance"}}}))
	if err != nil || tally.Accepted != 2 || tally.Failed != 1 || tally.Unsupported != 1 || len(tally.Failures) != 1 || tally.Failures[0].Input.Type != bad {
		t.Errorf("%+v, %v", tally, err)
	}
	tally, err = p.Compare(slices.Values(slices.Repeat([]Input{one}, 100)))
	if err == nil || tally.Failed != mostFailures {
		t.Errorf("%d failures, %v", tally.Failed, err)
	}
	if _, err := p.Ask(Request{Do: Decode, Type: "Lifetime", Hex: make(Hex, MaxLine)}); err == nil || !strings.Contains(err.Error(), "the most is") {
		t.Errorf("a line that is too long: %v", err)
	}
}

func TestServeRefuses(t *testing.T) {
	var out strings.Builder
	err := Serve(strings.NewReader("{\"id\":1,\"do\":\"dance\",\"hex\":\"\"}\n{\"id\":"), &out)
	if err == nil || !strings.Contains(err.Error(), "line 2 is no request") {
		t.Errorf("served: %v", err)
	}
	if !strings.HasSuffix(out.String(), `{"id":1,"ok":false,"unsupported":true}`+"\n") {
		t.Errorf("answered %s", out.String())
	}
}

func TestClasses(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Classes() {
		if names[c.Name] || len(c.Peers) == 0 || c.What == "" || c.Right == "" || c.Section == "" || c.Says == "" || c.Answer == "" || c.is == nil {
			t.Errorf("class %q is there twice, or not whole", c.Name)
		}
		names[c.Name] = true
	}
}

// TestClassOf has a difference for each way in which a class is told, and one beside it.
func TestClassOf(t *testing.T) {
	decode := func(kind string, v wire.Wirer, err string) Difference {
		b, failed := wire.Marshal(v)
		if failed != nil {
			t.Fatal(failed)
		}
		return Difference{Input: Input{"test", Request{Do: Decode, Type: kind, Hex: b}}, Side: OwnAccepts, Theirs: Answer{Error: err}}
	}
	list := func(types ...wire.ExtensionType) *wire.GroupContextExtensions {
		g := &wire.GroupContextExtensions{}
		for _, x := range types {
			g.Extensions = append(g.Extensions, wire.Extension{Type: x, Data: []byte{9}})
		}
		return g
	}
	for _, c := range []struct {
		peer, want string
		d          Difference
	}{
		{openMLS, "extension-twice", decode("GroupContextExtensions", list(7, 7), `DecodingError("Found duplicate extensions")`)},
		{openMLS, "", decode("GroupContextExtensions", list(7, 8), `DecodingError("Found duplicate extensions")`)},
		{mlsPP, "", decode("GroupContextExtensions", list(7, 7), `DecodingError("Found duplicate extensions")`)},
		{openMLS, "extension-content", decode("GroupContextExtensions", list(1), "EndOfStream")},
		{openMLS, "", decode("GroupContextExtensions", list(7), "EndOfStream")},
		{openMLS, "unmerged-unsorted", decode("ParentNode", &wire.ParentNode{UnmergedLeaves: []uint32{2, 1}}, "Unmerged leaves not sorted")},
		{openMLS, "", decode("ParentNode", &wire.ParentNode{UnmergedLeaves: []uint32{1, 2}}, "Unmerged leaves not sorted")},
		{openMLS, "unknown-cipher-suite", decode("Welcome", &wire.Welcome{CipherSuite: 0x0a0a}, "UnknownValue(2570)")},
		{openMLS, "", decode("Welcome", &wire.Welcome{CipherSuite: 1}, "UnknownValue(2570)")},
		{mlsRS, "leaf-index-limit", decode("Remove", &wire.Remove{Removed: 1 << 24}, "Custom(6)")},
		{mlsRS, "", decode("Remove", &wire.Remove{Removed: 1<<24 - 1}, "Custom(6)")},
		{mlsPP, "certificate-content", decode("Credential", &wire.Credential{Type: wire.CredentialX509}, "exception: empty certificate chain")},
		{mlsPP, "", decode("Credential", &wire.Credential{Type: wire.CredentialBasic}, "exception: empty certificate chain")},
		{mlsPP, "trailing-bytes", Difference{Side: PeerAccepts, Own: Answer{Error: "malformed at byte 1 (Remove): 1 trailing bytes"}}},
		{mlsPP, "", Difference{Side: PeerAccepts, Own: Answer{Error: "malformed at byte 1 (removed): needs 4 bytes, 1 left"}}},
		{mlsPP, "signatures-only", Difference{Side: PeerAccepts, Input: Input{Request: Request{Do: KeyPackage}}, Own: Answer{Error: "RFC 9420 §7.3 (7.3/lifetime): over"}}},
		{mlsPP, "", Difference{Side: PeerAccepts, Input: Input{Request: Request{Do: KeyPackage}}, Own: Answer{Error: "RFC 9420 §7.3 (7.3/signature): wrong"}}},
		{mlsPP, "empty-input", Difference{Side: PeerFails}},
		{mlsPP, "", Difference{Side: PeerFails, Input: Input{Request: Request{Hex: Hex{0}}}}},
	} {
		c.d.Peer = c.peer
		name := ""
		if class := ClassOf(&c.d); class != nil {
			name = class.Name
		}
		if name != c.want {
			t.Errorf("%s of %s is %q, want %q", c.d.Shape(), c.peer, name, c.want)
		}
	}
}
