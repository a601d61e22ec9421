package messages

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mlsref/fuzz/target"
	"mlsref/impl/wire"
)

var update = flag.Bool("update", false, "write the seeds anew")

// seedLine is an input and what it is.
type seedLine struct {
	input []byte
	what  string
}

// breaks are all inputs in rule mode of one scene.
type breaks struct {
	head []byte // up to the mode
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
				for reader < len(x.Readers) && excepted(v, x.Readers[reader].Leaf()) {
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

// packages are KeyPackages for one message of each story: as they are, signed again, by
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
			if name != x.Story || x.From == nil || j%4 != 1 {
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
			kp, err := sealer.KeyPackage(source())
			if err != nil {
				t.Fatal(err)
			}
			m := &wire.MLSMessage{Version: wire.ProtocolMLS10, WireFormat: wire.WireFormatKeyPackage, KeyPackage: kp}
			packages = append(packages, seedLine{append([]byte{byte(i), byte(j), 0, modeRaw}, marshal(t, m)...), x.Story})
			m.Version, kp.Version = 1, 2
			packages = append(packages, seedLine{append([]byte{byte(i), byte(j), 0, modeRaw}, marshal(t, m)...), x.Story})
		}
	}
	return packages, trees
}

func marshal(t *testing.T, v wire.Wirer) []byte {
	t.Helper()
	b, err := wire.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSeeds: the seeds of all targets reach the rules.
func TestSeeds(t *testing.T) {
	seen := &target.Seen{}
	for _, x := range Targets() {
		list, err := x.Seeds()
		if err != nil {
			t.Fatal(err)
		}
		start, slowest, which := time.Now(), time.Duration(0), []byte{}
		for _, b := range list {
			at := time.Now()
			if err := x.Run(b, seen); err != nil {
				t.Errorf("%s %.20x: %v", x.Name, b, err)
			}
			if d := time.Since(at); d > slowest {
				slowest, which = d, b
			}
		}
		t.Logf("%s: %d seeds in %v, slowest %v %.10x", x.Name, len(list), time.Since(start), slowest, which)
	}
	t.Log(len(seen.Rules()), seen.Outcomes())
	for _, r := range seen.Missing() {
		t.Log("missing", r.ID)
	}
}
