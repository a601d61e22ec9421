package messages

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"mlsref/fuzz/target"
	"mlsref/impl/wire"
	"mlsref/props/insider"
	"mlsref/spec"
)

var update = flag.Bool("update", false, "write the seeds anew")

// seedLine is an input and what it is.
type seedLine struct {
	input []byte
	what  string
}

// breaks are all inputs in rule mode of one scene.
type breaks struct {
	list []seedLine
	ids  []string
}

func (b *breaks) gain(have map[string]bool) (n int) {
	seen := map[string]bool{}
	for _, id := range b.ids {
		if !have[id] && !seen[id] {
			seen[id] = true
			n++
		}
	}
	return n
}

// cover chooses seeds that break every rule that can be broken, from few scenes: the
// next is always the one that adds the most.
func cover(all []*breaks) (list []seedLine) {
	have := map[string]bool{}
	for {
		best := slices.MaxFunc(all, func(a, b *breaks) int { return a.gain(have) - b.gain(have) })
		if best.gain(have) == 0 {
			return list
		}
		for i, id := range best.ids {
			if !have[id] {
				have[id] = true
				list = append(list, best.list[i])
			}
		}
	}
}

func writeSeeds(t *testing.T, name string, list []seedLine) {
	t.Helper()
	var out bytes.Buffer
	for _, l := range list {
		fmt.Fprintf(&out, "%x %s\n", l.input, l.what)
	}
	if err := os.WriteFile("seeds/"+name+".txt", out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// everyBreak lists all broken messages of all stories.
func everyBreak(t *testing.T, from func(*scenes) []*scene) (all []*breaks) {
	t.Helper()
	for i, tell := range stories {
		s, err := tell()
		if err != nil {
			t.Fatal(err)
		}
		for j, x := range from(s) {
			list, err := x.broken()
			if err != nil {
				t.Fatal(err)
			}
			b := &breaks{}
			for n, v := range list {
				reader := 0
				for reader < len(x.Readers) && slices.Contains(v.Except, x.Readers[reader].Leaf()) {
					reader++
				}
				if len(x.Readers) > 0 && reader == len(x.Readers) {
					continue
				}
				b.ids = append(b.ids, v.Rule.ID)
				b.list = append(b.list, seedLine{[]byte{byte(i), byte(j), byte(reader), modeRule, byte(n >> 8), byte(n)},
					fmt.Sprintf("%s: %s: %s", x.Story, v.Rule.ID, v.What)})
			}
			all = append(all, b)
		}
	}
	return all
}

// honest are the messages of each kind, once in each mode.
func honest(t *testing.T) (list []seedLine) {
	t.Helper()
	have := map[string]bool{}
	for i, tell := range stories {
		s, err := tell()
		if err != nil {
			t.Fatal(err)
		}
		for j, x := range s.received {
			kind := ""
			if sealer, err := x.sealer(); err == nil {
				c := sealer.Content()
				kind = fmt.Sprint(c.WireFormat, c.Content.ContentType, c.Content.Sender.Type, x.Old)
				if p := c.Content.Proposal; p != nil {
					kind += p.Type.String()
				}
				if p := c.Content.Commit; p != nil {
					kind += fmt.Sprint(p.Path != nil, len(p.Proposals) > 0)
				}
			} else if !x.Old {
				t.Error(err)
			}
			if have[kind] {
				continue
			}
			have[kind] = true
			for _, mode := range []byte{modePatched, modeEdited, modeEdited | flagConfirm | flagResign} {
				list = append(list, seedLine{[]byte{byte(i), byte(j), 0, mode}, x.Story + ": " + kind})
			}
			list = append(list, seedLine{slices.Concat([]byte{byte(i), byte(j), 0, modeRaw}, x.Honest), x.Story + ": " + kind})
			list = append(list, bodies(t, []byte{byte(i), byte(j), 0}, x)...)
		}
	}
	return list
}

// bodies is the content of the honest message as the input says it.
func bodies(t *testing.T, head []byte, x *scene) []seedLine {
	sealer, err := x.sealer()
	if err != nil {
		return nil
	}
	c := sealer.Content()
	kind, v := byte(0), wire.Wirer(&c.Content)
	switch {
	case c.Content.Proposal != nil:
		kind, v = 1, c.Content.Proposal
	case c.Content.Commit != nil:
		kind, v = 2, c.Content.Commit
	}
	b, err := wire.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return []seedLine{{slices.Concat(head, []byte{modeBody, kind}, b), x.Story + ": " + "its body"}}
}

func TestUpdate(t *testing.T) {
	if !*update {
		t.Skip("only with -update")
	}
	all := everyBreak(t, func(s *scenes) []*scene { return s.received })
	received := slices.Concat(honest(t), cover(all))
	writeSeeds(t, Receive.Name, received)
	writeSeeds(t, External.Name, followed(t, received))
	packages, trees := parts(t)
	writeSeeds(t, KeyPackage.Name, packages)
	writeSeeds(t, Tree.Name, trees)
	for _, x := range []struct {
		target target.Target
		list   func(*scenes) []*scene
	}{
		{Welcome, func(s *scenes) []*scene { return s.welcomes }},
		{GroupInfo, func(s *scenes) []*scene { return s.infos }},
	} {
		writeSeeds(t, x.target.Name, slices.Concat(joined(t, x.list), cover(everyBreak(t, x.list))))
	}
}

// followed are the seeds that are public.
func followed(t *testing.T, all []seedLine) (list []seedLine) {
	t.Helper()
	for _, l := range all {
		seen := &target.Seen{}
		if err := External.Run(l.input, seen); err != nil {
			t.Error(err)
		}
		if out := seen.Outcomes(); out["refused"]+out["both take it"] > 0 {
			list = append(list, l)
		}
	}
	return list
}

// joined are the first honest messages of each story, in each mode.
func joined(t *testing.T, from func(*scenes) []*scene) (list []seedLine) {
	t.Helper()
	have := map[string]bool{}
	for i, tell := range stories {
		s, err := tell()
		if err != nil {
			t.Fatal(err)
		}
		for j, x := range from(s) {
			name, _, _ := strings.Cut(x.Story, ",")
			kind := fmt.Sprint(name, x.Resync, x.Joiner.Options.From != nil, x.Joiner.Options.Tree != nil)
			if have[kind] {
				continue
			}
			have[kind] = true
			add := func(mode byte, rest ...byte) {
				list = append(list, seedLine{append([]byte{byte(i), byte(j), 0, mode}, rest...), x.Story})
			}
			add(modeRaw, x.Honest...)
			add(modePatched)
			add(modeEdited)
			add(modeEdited | flagRehash | flagConfirm)
			add(modeEdited | flagSecrets | flagConfirm)
		}
	}
	return list
}

// parts are KeyPackages for one message of each story: as they are, signed again, by
// themselves, and trees: as they are, with the leaves signed again, with a path.
func parts(t *testing.T) (packages, trees []seedLine) {
	t.Helper()
	for i, tell := range stories {
		s, err := tell()
		if err != nil {
			t.Fatal(err)
		}
		for j, x := range s.received {
			name, _, _ := strings.Cut(x.Story, ", mls_private")
			if name != x.Story || x.From == nil || j%8 != 1 {
				continue
			}
			for _, mode := range []byte{modeEdited, modeEdited | flagResign, modeEdited | flagResign | flagStranger} {
				packages = append(packages, seedLine{[]byte{byte(i), byte(j), 0, mode}, x.Story})
			}
			for _, mode := range []byte{modeEdited, modeEdited | flagResign, modeEdited | flagResign | flagPath} {
				trees = append(trees, seedLine{[]byte{byte(i), byte(j), 1, mode}, x.Story})
			}
			rt := x.Readers[0].Tree().Wire()
			trees = append(trees, seedLine{append([]byte{byte(i), byte(j), 0, modeRaw}, marshal(t, &rt)...), x.Story})
			sealer, err := x.sealer()
			if err != nil {
				t.Fatal(err)
			}
			kp, err := sealer.KeyPackage(guestSource())
			if err != nil {
				t.Fatal(err)
			}
			m := &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: kp}
			packages = append(packages, seedLine{append([]byte{byte(i), byte(j), 0, modeRaw}, marshal(t, m)...), x.Story})
			m.Version, kp.Version = 1, 2
			packages = append(packages, seedLine{append([]byte{byte(i), byte(j), 0, modeRaw}, marshal(t, m)...), x.Story})
			if j == 1 {
				packages = append(packages, flawed(t, []byte{byte(i), byte(j), 0, modeRaw}, x)...)
			}
		}
	}
	return packages, trees
}

// flawed are KeyPackages with one flaw each, signed by their owner.
func flawed(t *testing.T, head []byte, x *scene) (list []seedLine) {
	t.Helper()
	sealer, err := x.sealer()
	if err != nil {
		t.Fatal(err)
	}
	for _, flaw := range []struct {
		what          string
		before, after func(*wire.KeyPackage)
	}{
		{what: "its init_key is its encryption_key", before: func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.EncryptionKey }},
		{what: "its lifetime has ended", before: func(kp *wire.KeyPackage) { kp.LeafNode.Lifetime = wire.Lifetime{NotAfter: 1} }},
		{what: "its signature is of another init_key", after: func(kp *wire.KeyPackage) { kp.InitKey = kp.LeafNode.SignatureKey }},
	} {
		kp, err := sealer.KeyPackage(guestSource())
		if err != nil {
			t.Fatal(err)
		}
		if flaw.before != nil {
			flaw.before(kp)
		}
		if err := sealer.SignKeyPackage(kp); err != nil {
			t.Fatal(err)
		}
		if flaw.after != nil {
			flaw.after(kp)
		}
		m := &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: kp}
		list = append(list, seedLine{slices.Concat(head, marshal(t, m)), x.Story + ": " + flaw.what})
	}
	return list
}

func marshal(t *testing.T, v wire.Wirer) []byte {
	t.Helper()
	b, err := wire.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// also are rules that an insider's message does not break, and a seed does.
var also = []*spec.Rule{
	spec.GenerationOnce, spec.CredentialKind, spec.IdentityKept, spec.BasicKey, spec.KeyPackageMessageVersion,
}

// TestSeeds: the seeds of all targets together reach every rule that an insider can
// break, and find nothing.
func TestSeeds(t *testing.T) {
	seen := &target.Seen{}
	for _, x := range Targets() {
		list, err := x.Seeds()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range list {
			if err := x.Run(b, seen); err != nil {
				t.Errorf("%s %x: %v", x.Name, b, err)
			}
		}
		t.Logf("%s: %d seeds", x.Name, len(list))
	}
	t.Logf("%d rules; %v", len(seen.Rules()), seen.Outcomes())
	for _, r := range seen.Missing() {
		if insider.Excused(r) == "" || slices.Contains(also, r) {
			t.Errorf("no seed reaches %s: %s", r.ID, r.Text)
		}
	}
	for _, r := range spec.Rules() {
		if insider.Excused(r) != "" && !slices.Contains(also, r) && seen.Rules()[r.ID] > 0 {
			t.Errorf("a seed reaches %s, which is no longer excused", r.ID)
		}
	}
	if out := seen.Outcomes(); out["accepted: "+wire.ContentCommit.String()] == 0 || out["committed"] == 0 || out["joined"] == 0 || out["valid"] == 0 || out["both take it"] == 0 {
		t.Errorf("no seed gets through: %v", out)
	}
}

// The targets do the same with the same bytes, and may run side by side.
func TestSideBySide(t *testing.T) {
	for _, x := range Targets() {
		list, err := x.Seeds()
		if err != nil {
			t.Fatal(err)
		}
		var seen [2]target.Seen
		var done sync.WaitGroup
		for i := range seen {
			done.Go(func() {
				for k := 0; k < len(list); k += 5 {
					if err := x.Run(list[k], &seen[i]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done.Wait()
		if !maps.Equal(seen[0].Rules(), seen[1].Rules()) || !maps.Equal(seen[0].Outcomes(), seen[1].Outcomes()) {
			t.Errorf("%s: %v and %v", x.Name, seen[0], seen[1])
		}
	}
}
