package campaign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"mlsref/props"
	"mlsref/trace"
)

// small is a campaign of which a history takes some 10 ms.
var small = Params{Kind: "judges", First: 7, Histories: 9, Steps: 6, People: 3}

// faulty is a kind of history in which something is found: whenever somebody is removed,
// and a panic in some of the others.
var faulty = Kind{
	Name:     "faulty",
	defaults: func() []string { return []string{"no-removal"} },
	named: func(properties ...string) ([]props.Property, error) {
		if properties[0] != "no-removal" {
			return nil, errors.New("there is no such property")
		}
		return []props.Property{{Name: "no-removal", New: func(h *props.History) props.Checks {
			return props.Checks{Watch: trace.Watch{Step: func(_ *trace.Session, line int) error {
				for _, st := range h.Scenario.Statements {
					switch {
					case st.Line == line && st.Verb == trace.VerbRemoves:
						h.Fail("%s is removed", st.Names[0])
					case st.Line == line && st.Verb == trace.VerbExports:
						panic("an export")
					}
				}
				return nil
			}}}
		}}}, nil
	},
	play:  Kinds[1].play,
	again: Kinds[1].again,
	file:  Kinds[1].file,
}

func TestMain(m *testing.M) {
	Kinds = append(Kinds, faulty)
	if err := small.Choose(nil, nil); err != nil {
		panic(err)
	}
	asChild()
	os.Exit(m.Run())
}

// run plays a shard to its end.
func run(t *testing.T, dir string, p Params, s Shard) Outcome {
	t.Helper()
	out, err := Run(t.Context(), dir, p, s, Options{Workers: 2, Shrink: 20})
	if err != nil || !out.Complete() {
		t.Fatal(out, err)
	}
	return out
}

var took = regexp.MustCompile(`,"ms":[0-9]+`)

// merged is the merge of files, without the times.
func merged(t *testing.T, paths ...string) string {
	t.Helper()
	set, err := OpenSet(paths)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := errors.Join(append(set.Clashes(), set.Merge(&b))...); err != nil {
		t.Fatal(err)
	}
	return took.ReplaceAllString(b.String(), "")
}

// Every seed is in one shard of n, and Size is how many are in each.
func TestShards(t *testing.T) {
	for n := 1; n <= 12; n++ {
		var all []uint64
		for i := 1; i <= n; i++ {
			shard := Shard{i, n}
			seeds := slices.Collect(shard.seeds(small))
			if len(seeds) != shard.Size(small) || small.Histories/n > len(seeds) {
				t.Errorf("shard %s has the seeds %v, its size is %d", shard, seeds, shard.Size(small))
			}
			for seed := range uint64(30) {
				if shard.has(small, seed) != slices.Contains(seeds, seed) {
					t.Errorf("shard %s: %v, and has %d: %v", shard, seeds, seed, shard.has(small, seed))
				}
			}
			all = append(all, seeds...)
		}
		slices.Sort(all)
		if whole := slices.Collect(Shard{}.seeds(small)); !slices.Equal(all, whole) || len(whole) != small.Histories {
			t.Errorf("%d shards have %v", n, all)
		}
	}
}

func TestParseShard(t *testing.T) {
	for _, text := range []string{"1/1", "3/8", "8/8"} {
		if s, err := ParseShard(text); err != nil || s.String() != text {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "x", "1", "0/3", "4/3", "-1/3", "1/0", "0/0", "1/3/5", " 1/3", "1.0/3", "9999999999/9999999999"} {
		if s, err := ParseShard(text); err == nil {
			t.Errorf("%q is read as %v", text, s)
		}
	}
}

// The merge does not depend on how the campaign was cut into shards, and a merged file is
// merged again to itself.
func TestMergeOfShards(t *testing.T) {
	one, three := t.TempDir(), t.TempDir()
	run(t, one, small, Shard{1, 1})
	for i := 1; i <= 3; i++ {
		run(t, three, small, Shard{i, 3})
	}
	whole := merged(t, one)
	if parts := merged(t, three); parts != whole {
		t.Errorf("three shards give\n%s\none\n%s", parts, whole)
	}
	if both := merged(t, one, three); both != whole {
		t.Errorf("both give\n%s\none\n%s", both, whole)
	}
	if n := strings.Count(whole, "\n"); n != 1+small.Histories {
		t.Errorf("%d lines", n)
	}
}

// Whatever a shard's file lost at its end, the next Run adds; and nothing twice.
func TestResume(t *testing.T) {
	whole, dir := t.TempDir(), t.TempDir()
	run(t, whole, small, Shard{1, 1})
	want := merged(t, whole)
	text, err := os.ReadFile(Shard{1, 1}.File(whole))
	if err != nil {
		t.Fatal(err)
	}
	file := Shard{1, 1}.File(dir)
	for _, keep := range []int{0, 1, 100, len(text) / 3, len(text) / 2, len(text) - 1, len(text)} {
		if err := os.WriteFile(file, text[:keep], 0o644); err != nil {
			t.Fatal(err)
		}
		out := run(t, dir, small, Shard{1, 1})
		lines := strings.Count(string(text[:keep]), "\n")
		if out.Before != max(0, lines-1) || out.Played != small.Histories-out.Before || (out.Torn == 0) != (keep == 0 || text[keep-1] == '\n') {
			t.Errorf("with %d bytes, %d lines: %+v", keep, lines, out)
		}
		if got := merged(t, dir); got != want {
			t.Errorf("with %d bytes the merge is\n%s\nwant\n%s", keep, got, want)
		}
	}
	// A torn line longer than all that is to come.
	if err := os.WriteFile(file, append(text, strings.Repeat("x", 5000)...), 0o644); err != nil {
		t.Fatal(err)
	}
	if out := run(t, dir, small, Shard{1, 1}); out.Torn != 5000 || out.Played != 0 {
		t.Errorf("%+v", out)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Errorf("the file is\n%s%v", now, err)
	}
}

// A full disk in the middle of a line is an error that says so, and what is there is
// whole; with room the same campaign goes on.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	build, err := ThisBuild()
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{5, 300, 400} {
		file, err := openShard(Shard{1, 1}.File(dir), Header{Format, build, small, Shard{1, 1}})
		if err != nil {
			t.Fatal(err)
		}
		file.write = func(b []byte) (int, error) {
			if len(b) > room {
				n, _ := file.f.Write(b[:room])
				return n, syscall.ENOSPC
			}
			room -= len(b)
			return file.f.Write(b)
		}
		var missing []uint64
		for seed := range (Shard{1, 1}).seeds(small) {
			if !file.done[seed] {
				missing = append(missing, seed)
			}
		}
		_, err = file.play(t.Context(), small, missing, Options{Workers: 2})
		if !errors.Is(err, syscall.ENOSPC) || !strings.HasPrefix(err.Error(), file.path+": cannot be written: no space left on device; it is whole up to here") {
			t.Error(err)
		}
		if err := file.close(); err != nil {
			t.Error(err)
		}
		text, err := os.ReadFile(file.path)
		if err != nil || !bytes.HasSuffix(text, []byte("\n")) {
			t.Errorf("the file is %q, %v", text, err)
		}
	}
	run(t, dir, small, Shard{1, 1})
	whole := t.TempDir()
	run(t, whole, small, Shard{1, 1})
	if got, want := merged(t, dir), merged(t, whole); got != want {
		t.Errorf("the merge is\n%s\nwant\n%s", got, want)
	}
}

// Two at once on one shard: the second is told.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	build, err := ThisBuild()
	if err != nil {
		t.Fatal(err)
	}
	file, err := openShard(Shard{1, 2}.File(dir), Header{Format, build, small, Shard{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), dir, small, Shard{1, 2}, Options{}); err == nil || !strings.Contains(err.Error(), "another mlsref is playing this shard") {
		t.Error(err)
	}
	run(t, dir, small, Shard{2, 2})
	if err := file.close(); err != nil {
		t.Fatal(err)
	}
	run(t, dir, small, Shard{1, 2})
}

// An interrupted Run is not complete, and the next goes on.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, err := Run(ctx, dir, small, Shard{1, 1}, Options{Workers: 1, Played: func(*Result) { stop() }})
	if err != nil || out.Complete() || !out.Cancelled || out.Played == 0 {
		t.Fatal(out, err)
	}
	if again := run(t, dir, small, Shard{1, 1}); again.Before != out.Played {
		t.Errorf("%d were played, then %d were there", out.Played, again.Before)
	}
}

// Two results of one seed that differ are told with both places; the time may differ.
func TestClash(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	run(t, dir, small, Shard{1, 1})
	file := Shard{1, 1}.File(other)
	rewrite := func(change func(*line)) {
		text, err := os.ReadFile(Shard{1, 1}.File(dir))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		for part := range bytes.Lines(text) {
			l, err := decode(bytes.TrimSuffix(part, []byte("\n")))
			if err != nil {
				t.Fatal(err)
			}
			if l.Result != nil && l.Result.Seed == 8 {
				change(&l)
			}
			again, err := l.encode()
			if err != nil {
				t.Fatal(err)
			}
			b.Write(again)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	rewrite(func(l *line) { l.MS += 1000 })
	set, err := OpenSet([]string{dir, other})
	if err != nil || set.Clashes() != nil || len(set.Notes) != 1 || !strings.HasPrefix(set.Notes[0], "9 seeds are there twice") {
		t.Fatal(err, set.Clashes(), set.Notes)
	}
	rewrite(func(l *line) { l.Result.Steps++ })
	set, err = OpenSet([]string{dir, other})
	if err != nil || len(set.Clashes()) != 1 || set.Results() != small.Histories {
		t.Fatal(err, set.Clashes())
	}
	if !regexp.MustCompile(`^seed 8: \S+campaign-1-of-1\.jsonl:\d and \S+campaign-1-of-1\.jsonl:\d differ in more than the time`).MatchString(set.Clashes()[0].Error()) {
		t.Error(set.Clashes())
	}
}

// One bit of any line that is not as it was: the line is named.
func TestCorrupt(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, small, Shard{1, 1})
	file := Shard{1, 1}.File(dir)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(text)-1; at += 7 {
		if bytes.HasPrefix(text[at:], []byte("\n")) {
			continue
		}
		bad := bytes.Clone(text)
		bad[at] ^= 1
		if err := os.WriteFile(file, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		n := 1 + bytes.Count(text[:at], []byte("\n"))
		_, err := OpenSet([]string{file})
		if start := bytes.LastIndexByte(text[:at], '\n') + 1; err == nil && bytes.Contains(text[max(start, at-10):at], []byte(`"ms":`)) {
			continue // the time is nobody's
		}
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("%s:%d: ", file, n)) {
			t.Fatalf("byte %d of line %d: %v", at, n, err)
		}
	}
}

// A finding is shrunk once, from its first seed, whoever plays what when; the report has
// it with its command.
func TestFindings(t *testing.T) {
	p := small
	p.Kind, p.Histories, p.Steps = "faulty", 12, 12
	if err := p.Choose(nil, nil); err != nil {
		t.Fatal(err)
	}
	one, three := t.TempDir(), t.TempDir()
	out := run(t, one, p, Shard{1, 1})
	if want := []string{"no-removal: panic, outside of impl/", "no-removal: … is removed"}; !slices.Equal(slices.Sorted(slices.Values(out.Findings)), want) || out.Unshrunk != 0 {
		t.Fatalf("%+v, want %q", out, want)
	}
	for i := 3; i >= 1; i-- {
		run(t, three, p, Shard{i, 3})
	}
	if whole, parts := merged(t, one), merged(t, three); whole != parts || strings.Count(whole, `{"shrunk":`) != 2 {
		t.Errorf("one shard gives\n%s\nthree give\n%s", whole, parts)
	}
	set, err := OpenSet([]string{three})
	if err != nil {
		t.Fatal(err)
	}
	r, err := set.Report()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Found {
		if !f.Shrunk || f.Count < 1 || strings.Count(f.Scenario, "\n") > 6 || f.Again != fmt.Sprintf("mlsref run --random 1 --seed %d --steps 12 --people 3", f.Seed) {
			t.Errorf("%+v", f)
		}
	}
	// What is made short is no part of the campaign: it can be done later.
	dir := t.TempDir()
	for n := range 3 {
		if out, err := Run(t.Context(), dir, p, Shard{1, 1}, Options{Workers: 2, Shrink: n}); err != nil || out.Unshrunk != 0 {
			t.Fatal(out, err)
		}
		if got := strings.Count(merged(t, dir), `{"shrunk":`); got != n {
			t.Errorf("with at most %d, %d findings are short", n, got)
		}
	}
	// Nor does it matter in which order the histories were finished.
	text, err := os.ReadFile(Shard{1, 1}.File(one))
	if err != nil {
		t.Fatal(err)
	}
	played := strings.SplitAfter(string(text), "\n")[:1+p.Histories]
	slices.Reverse(played[1:])
	other := t.TempDir()
	if err := os.WriteFile(Shard{1, 1}.File(other), []byte(strings.Join(played, "")), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, other, p, Shard{1, 1})
	if whole := merged(t, one); merged(t, dir) != whole || merged(t, other) != whole {
		t.Error("it is not the same")
	}
}

// Failures with one cause have one name.
func TestFindingNames(t *testing.T) {
	for text, want := range map[string]string{
		"line 7: alice rejects bob's commit: RFC 9420 §7.3 (7.3/source): source is 1": "p: 7.3/source",
		"panic: index 7, of 5, impl/treesync/evolve.go:30":                            "p: panic, impl/treesync/evolve.go:30",
		"x: panic: boom, outside of impl/ and yet changes":                            "p: panic, outside of impl/",
		"alice and dave differ in room-3a at epoch 12: \"x\", 00112233445566778899":   "p: … and … differ in … at epoch …: \"…\", …",
	} {
		if got := Finding(props.Failure{Property: "p", Text: text}); got != want {
			t.Errorf("%q is the finding %q, want %q", text, got, want)
		}
	}
	if got := Finding(props.Failure{Property: "insider", Key: "7.3/source", Text: "any"}); got != "insider: 7.3/source" {
		t.Error(got)
	}
}

// The rest of the files of a directory are nobody's.
func TestOtherFiles(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, small, Shard{1, 1})
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	merged(t, dir)
}
