package trace

import (
	"bytes"
	"errors"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const threeMembers = "alice creates room\nalice adds bob carol\n"

// A step that is not possible where it stands is refused when it is played, with a
// message that names the line and what would be possible; and what goes on after it is
// as if it had not been tried.
func TestPlayMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range impossibles() {
		t.Run(c.name, func(t *testing.T) {
			sc := parse(t, c.text)
			last := len(sc.Statements) - 1
			p := begun(t, sc.Statements[:last])
			people := len(p.clients)
			err := p.play(&sc.Statements[last])
			var input *InputError
			if !errors.As(err, &input) {
				t.Fatalf("%v is not an *InputError", err)
			}
			if err.Error() != c.want {
				t.Fatalf("got  %s\nwant %s", err, c.want)
			}
			if len(p.clients) > people {
				return // somebody was named for the first time, and made an identity
			}
			if got, want := goneOn(t, p), goneOn(t, begun(t, sc.Statements[:last])); !bytes.Equal(got, want) {
				t.Error("what was refused has changed something")
			}
		})
	}
}

func begun(t *testing.T, statements []Statement) *player {
	t.Helper()
	p, err := newPlayer(&Scenario{File: "x.mls", Suite: defaultSuite}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	p.altering = true
	for i := range statements {
		if err := p.play(&statements[i]); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// goneOn goes on in a new group with everybody who is online, and is the whole trace.
func goneOn(t *testing.T, p *player) []byte {
	t.Helper()
	more := "zoe creates last\n"
	for _, c := range p.clients {
		if !c.offline {
			more += "zoe adds " + c.name + " in last\n" + c.name + " commits in last\n" + c.name + " sends \"x\" in last\n"
		}
	}
	for _, st := range parse(t, more).Statements {
		if err := p.play(&st); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := p.finish()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, tr); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every place that refuses a step has a case, with its message.
func TestPlayMistakesComplete(t *testing.T) {
	said := []string{"x.mls:1025: p1023 is one name too many, expected at most 1024"} // TestPlayTooManyPeople
	for _, c := range impossibles() {
		said = append(said, c.want)
	}
	files, err := filepath.Glob("player*.go")
	if err != nil {
		t.Fatal(err)
	}
	places := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := goparser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if format, ok := refusal(n); ok {
				places++
				if !anyMatches(said, format) {
					t.Errorf("%s: no case has the message %q", file, format)
				}
			}
			return true
		})
	}
	if places < 40 {
		t.Errorf("only %d places that refuse a step were found", places)
	}
}

// refusal is the format of a call of p.impossible.
func refusal(n ast.Node) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "impossible" {
		return "", false
	}
	text, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	format, err := strconv.Unquote(text.Value)
	return format, err == nil
}

func anyMatches(said []string, format string) bool {
	pattern := regexp.MustCompile(`%[sdv]`).ReplaceAllString(regexp.QuoteMeta(format), `.*`)
	full := regexp.MustCompile(`^x\.mls:\d+: ` + pattern + `$`)
	for _, s := range said {
		if full.MatchString(s) {
			return true
		}
	}
	return false
}

// What a mistake's rule must not forbid.
func TestPlayAllows(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"own Update beside an Add without path", "alice updates\nalice adds dave without path"},
		{"removal wins over an Update", "bob updates\nalice removes bob"},
		{"removal pending and by value", "carol proposes removing bob\nalice removes bob"},
		{"removal proposed twice", "alice proposes removing bob\ncarol proposes removing bob\ncarol commits"},
		{"two Updates of one member", "bob updates\nbob updates\nalice commits"},
		{"theft from an offline member that was removed", "bob goes offline\nalice removes bob\ncompromise bob"},
		{"theft of a key package", "dave goes offline\ncompromise dave\nalice adds dave"},
		{"theft of a signature key from who is in no group", "dave has good randomness\ncompromise dave signature key"},
		{"back again", "alice removes bob\nalice adds bob\nbob updates"},
		{"an expectation before its epoch", "expect epoch 2 secret\nalice commits"},
		{"an own removal, left for others", "bob proposes removing bob\nbob commits"},
		{"an own removal for others", "bob proposes removing bob\nalice commits"},
		{"two groups, one named", "bob creates den\nbob commits in den\nbob commits in room"},
		{"a group for who is in one only", "dave creates den\nalice commits"},
		{"a psk without path", "deal tea to alice bob carol\nalice commits with psk tea without path"},
		{"a subgroup of one's own", "alice branches side with bob\nalice commits in side\nbob commits in room"},
		{"a ReInit that others opened", "bob reinits next\ncarol reopens next\nbob sends \"x\" in next"},
		{"a proposed ReInit", "bob proposes reinit next\ncarol commits\nalice reopens next"},
		{"an outsider that is allowed to propose", "alice allows server\nserver proposes removing bob\ncarol commits"},
		{"an outsider that asks", "dave asks to join room\ncarol commits\ndave sends \"x\""},
		{"to nobody but one", "alice commits to bob\nalice sends \"x\" to bob"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Play(parse(t, threeMembers+c.text), Options{}); err != nil {
				t.Fatal(err)
			}
		})
	}
}
