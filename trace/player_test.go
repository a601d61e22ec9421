package trace

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"mlsref/impl/suite"
	"mlsref/model"
)

const sample = `suite MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
alice creates room
alice adds bob carol
bob sends "hello"
compromise carol
carol updates
alice commits
alice removes carol
expect epoch 1 exposed
expect epoch 3 secret
`

func play(t testing.TB, text string) *Trace {
	t.Helper()
	tr, err := Play(parse(t, text), Options{Snapshots: true})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func serialised(t testing.TB, tr *Trace) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, tr); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// playAndJudge plays a scenario and has it judged: judges agree, expectations hold,
// every derivation arrives at the real bytes.
func playAndJudge(t testing.TB, text string) *Trace {
	t.Helper()
	tr := play(t, text)
	report, err := Judge(tr)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	return tr
}

func TestPlaySample(t *testing.T) {
	tr := playAndJudge(t, sample+"expect epoch 1 init_secret exposed\nexpect epoch 1 epoch_secret secret\nexpect epoch 2 secret\nexpect message 1 secret\n")
	var steps []string
	for _, e := range tr.Events {
		if e.Kind == KindStep {
			s := e.Step
			line := fmt.Sprintln(e.Line, s.Actor, s.Kind, s.State, s.From, s.Package, s.Proposal, s.Adds, s.Updates, s.Removes)
			steps = append(steps, strings.Join(strings.Fields(line), " "))
		}
	}
	want := []string{
		"2 alice identity [] [] []", "2 alice create room/0 [] [] []",
		"3 bob identity [] [] []", "3 bob key_package bob_package_1 [] [] []",
		"3 carol identity [] [] []", "3 carol key_package carol_package_2 [] [] []",
		"3 alice commit room/1 room/0 [{bob bob_package_1} {carol carol_package_2}] [] []",
		"3 alice process room/1 room/0 [] [] []", "3 bob join room/1 bob_package_1 [] [] []", "3 carol join room/1 carol_package_2 [] [] []",
		"4 bob send room/1 [] [] []", "4 alice receive room/1 [] [] []", "4 carol receive room/1 [] [] []",
		"5 carol compromise [] [] []", "6 carol propose room/1 update_3 [] [] []",
		"6 alice handle room/1 update_3 [] [] []", "6 bob handle room/1 update_3 [] [] []",
		"7 alice commit room/2 room/1 [] [{carol update_3}] []",
		"7 alice process room/2 room/1 [] [] []", "7 bob process room/2 room/1 [] [] []", "7 carol process room/2 room/1 [] [] []",
		"8 alice commit room/3 room/2 [] [] [carol]",
		"8 alice process room/3 room/2 [] [] []", "8 bob process room/3 room/2 [] [] []", "8 carol leave room/2 [] [] []",
	}
	if !slices.Equal(steps, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(steps, "\n     "), strings.Join(want, "\n     "))
	}
	for _, name := range []string{"epoch_secret_3", "init_secret_0", "joiner_secret_1", "carol_leaf_key_2", "node_1_path_secret_3", "message_1", "message_1_key"} {
		if stateOf(t, tr, name) == nil {
			t.Errorf("no term is called %s", name)
		}
	}
}

// Each primitive call carries the layer that made it; a client's identity and
// key package are the group package's.
func TestPlayLayers(t *testing.T) {
	calls := map[string]int{}
	for _, e := range play(t, sample).Events {
		if e.Kind == KindPrimitive && e.Op != string(model.OpMessage) {
			calls[e.Layer]++
		}
	}
	for _, layer := range []string{"treesync", "treekem", "treedem", "group"} {
		if calls[layer] == 0 {
			t.Errorf("no call of %s was seen", layer)
		}
	}
	if len(calls) != 4 {
		t.Errorf("calls by layer: %v", calls)
	}
}

// Names are unique, so that a prover's file can use them.
func TestPlayNames(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range play(t, sample).Events {
		for _, d := range e.Define {
			if seen[d.Name] || d.Name == "" {
				t.Errorf("term %d is called %q", d.ID, d.Name)
			}
			seen[d.Name] = true
		}
	}
}

func TestPlayDeterministic(t *testing.T) {
	first, second := serialised(t, play(t, sample)), serialised(t, play(t, sample))
	if !bytes.Equal(first, second) {
		t.Error("the same seed gave other bytes")
	}
	seed := uint64(2)
	other, err := Play(parse(t, sample), Options{Seed: &seed, Snapshots: true})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first, serialised(t, other)) {
		t.Error("another seed gave the same bytes")
	}
	if other.Header.Seed != 2 {
		t.Errorf("the header says seed %d", other.Header.Seed)
	}
	if err := Replay(other); err != nil {
		t.Errorf("with a seed that is not the scenario's: %v", err)
	}
}

func TestReplay(t *testing.T) {
	tr := play(t, sample)
	if err := Replay(tr); err != nil {
		t.Fatal(err)
	}
	plain, err := Play(parse(t, sample), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Replay(plain); err != nil {
		t.Errorf("without snapshots: %v", err)
	}
	tr.Events[41].Actor = "mallory"
	if err := Replay(tr); err == nil || !strings.HasPrefix(err.Error(), "line 43 differs from byte ") {
		t.Errorf("a changed event: %v", err)
	}
	tr = play(t, sample)
	tr.Events = tr.Events[:len(tr.Events)-1]
	if err := Replay(tr); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("line %d differs", len(tr.Events)+2)) {
		t.Errorf("a missing event: %v", err)
	}
}

func TestPlaySuitesAndFormats(t *testing.T) {
	for _, name := range suite.Names() {
		for _, format := range []string{"public", "private"} {
			t.Run(name+"/"+format, func(t *testing.T) {
				playAndJudge(t, "handshakes "+format+"\n"+strings.Replace(sample, defaultSuite, name, 1))
			})
		}
	}
}

// Messages wait for who is offline, in order; a late joiner joins, and is gone
// again if it was removed meanwhile.
func TestPlayOffline(t *testing.T) {
	tr := playAndJudge(t, `alice creates room
alice adds bob
bob goes offline
dave goes offline
alice adds carol dave
carol sends "one"
carol proposes adding erin
alice removes dave
carol sends "two"
compromise bob
bob comes online
dave comes online
bob commits
alice adds dave without path
expect epoch 4 secret
expect message 1 exposed
expect message 2 exposed
`)
	var late []string
	for _, e := range tr.Events {
		if e.Kind == KindStep && (e.Line == 11 || e.Line == 12) {
			late = append(late, fmt.Sprintf("%s %s %d", e.Actor, e.Step.Kind, e.Step.Epoch))
		}
	}
	want := []string{"bob process 2", "bob receive 2", "bob handle 2", "bob process 3", "bob receive 3",
		"dave join 2", "dave receive 2", "dave handle 2", "dave leave 2"}
	if !slices.Equal(late, want) {
		t.Errorf("got %q, want %q", late, want)
	}
}

// A theft finds what the member holds, and nothing that it has deleted.
func TestPlayCompromiseIsWhatIsHeld(t *testing.T) {
	tr := play(t, sample)
	stolen := map[model.TermID]bool{}
	for _, e := range tr.Events {
		if e.Kind == KindCompromise {
			for _, id := range e.Terms {
				stolen[id] = true
			}
		}
	}
	for name, want := range map[string]bool{
		"carol_leaf_key_1": true, "carol_signature_key": true, "init_secret_1": true, "node_3_key_1": true,
		"epoch_secret_1": false, "joiner_secret_1": false, "init_secret_0": false, "carol_init_key": false,
		"message_1_key": false, "encryption_secret_1": false, "node_1_key_1": false, "carol_leaf_key_2": false,
	} {
		d := stateOf(t, tr, name)
		if d == nil || stolen[d.ID] != want {
			t.Errorf("%s stolen: %v, want %v (%+v)", name, !want, want, d)
		}
	}
}

// A snapshot's holders are those whose live state has the key: in RFC 9420 the
// members below a node that are not unmerged there.
func TestPlaySnapshotHolders(t *testing.T) {
	tr := play(t, "alice creates room\nalice adds bob carol\nbob commits\nalice adds dave without path\ncompromise bob\nalice commits\n")
	var got []string
	for _, e := range tr.Events {
		if e.Kind != KindSnapshot || e.Tree.Epoch < 3 {
			continue
		}
		for _, n := range e.Tree.Nodes {
			got = append(got, strings.Join(strings.Fields(fmt.Sprintln(e.Tree.Epoch, n.Index, n.Member, n.Blank, n.Unmerged, n.Holders, n.Stolen)), " "))
		}
	}
	want := []string{
		"3 0 alice false [] [alice] false", "3 1 false [] [alice bob] false", "3 2 bob false [] [bob] false",
		"3 3 false [dave] [alice bob carol] false", "3 4 carol false [] [carol] false", "3 5 true [] [] false", "3 6 dave false [] [dave] false",
		"4 0 alice false [] [alice] false", "4 1 false [] [alice bob] false", "4 2 bob false [] [bob] true",
		"4 3 false [] [alice bob carol dave] false", "4 4 carol false [] [carol] false", "4 5 true [] [] false", "4 6 dave false [] [dave] false",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

// Every term that a Commit in the clear, or a Welcome, carries is on the wire.
func TestPlayWireTerms(t *testing.T) {
	tr := play(t, "handshakes public\nalice creates room\nalice adds bob\nalice commits\nbob sends \"hi\"\n")
	ops := map[model.TermID]model.Op{}
	var got []string
	for _, e := range tr.Events {
		for _, d := range e.Define {
			ops[d.ID] = d.Op
		}
		if e.Kind != KindWire {
			continue
		}
		line := e.Wire.Kind
		for _, id := range e.Terms {
			line += " " + string(ops[id])
		}
		got = append(got, line)
		if b, err := hex.DecodeString(e.Wire.Bytes); err != nil || len(b) != e.Wire.Size {
			t.Errorf("%s: %d bytes, says %d (%v)", e.Wire.Kind, len(b), e.Wire.Size, err)
		}
	}
	want := []string{"key_package", "commit", "welcome encrypt seal", "commit encrypt", "application seal seal"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A text that also stands elsewhere, or looks like a length, is found in its place.
func TestPlayTextsThatOccurElsewhere(t *testing.T) {
	for _, text := range []string{"room", "alice", "\x01", "\x00", strings.Repeat("a", 100), strings.Repeat("\x00", 70)} {
		tr := playAndJudge(t, fmt.Sprintf("alice creates room\nalice adds bob\nbob sends %q\nbob sends %q\ncompromise alice\nbob sends %q\nexpect message 1 secret\nexpect message 2 secret\nexpect message 3 exposed\n", text, text, text))
		for n := 1; n <= 3; n++ {
			content := stateOf(t, tr, fmt.Sprintf("message_%d_content", n))
			if want := []int{varintLen(len(text))}; content == nil || !slices.Equal(content.Parts, want) {
				t.Errorf("%q: message %d lies at %+v, want %v", text, n, content, want)
			}
		}
	}
}

func TestPlayProgress(t *testing.T) {
	var lines []int
	if _, err := Play(parse(t, "alice creates room\n\nalice adds bob\n"), Options{Progress: func(l int) { lines = append(lines, l) }}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(lines, []int{1, 3}) {
		t.Errorf("lines %v", lines)
	}
}

// longScenario is a group of eight through n epochs.
func longScenario(n int) string {
	var b strings.Builder
	names := []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"}
	b.WriteString("alice creates room\nalice adds bob carol dave erin frank grace heidi\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "%s updates\n%s commits\n%s sends \"message\"\n", names[(i+3)%8], names[i%8], names[i%8])
	}
	return b.String()
}

func BenchmarkPlay(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		for _, snapshots := range []bool{false, true} {
			b.Run(fmt.Sprintf("epochs=%d/snapshots=%v", n, snapshots), func(b *testing.B) {
				sc := parse(b, longScenario(n))
				for b.Loop() {
					tr, err := Play(sc, Options{Snapshots: snapshots})
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(len(tr.Events))/float64(n), "events/epoch")
				}
			})
		}
	}
}
