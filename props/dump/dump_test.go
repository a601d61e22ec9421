package dump

import "testing"

type inner struct{ secret []byte }

type outer struct {
	name    string
	at      *inner
	list    []inner
	byIndex map[uint32][]byte
	choice  any
	set     bool
}

func sample() *outer {
	return &outer{"a", &inner{[]byte{1}}, []inner{{[]byte{2}}}, map[uint32][]byte{3: {4}, 10: {5}}, int8(-1), true}
}

// What is equal looks equal, and what differs anywhere does not.
func TestEveryPlaceIsSeen(t *testing.T) {
	text, hash := Of(sample()), Hash(sample())
	if Of(sample()) != text || Hash(sample()) != hash {
		t.Error("equal values look different")
	}
	for what, change := range map[string]func(*outer){
		"a string":            func(o *outer) { o.name = "b" },
		"behind a pointer":    func(o *outer) { o.at.secret[0]++ },
		"no pointer":          func(o *outer) { o.at = nil },
		"an element":          func(o *outer) { o.list[0].secret = append(o.list[0].secret, 0) },
		"one more element":    func(o *outer) { o.list = append(o.list, inner{}) },
		"an entry":            func(o *outer) { o.byIndex[10][0]++ },
		"another key":         func(o *outer) { o.byIndex[4] = o.byIndex[3]; delete(o.byIndex, 3) },
		"behind an interface": func(o *outer) { o.choice = int8(1) },
		"another type":        func(o *outer) { o.choice = int16(-1) },
		"a flag":              func(o *outer) { o.set = false },
	} {
		o := sample()
		change(o)
		if Of(o) == text {
			t.Errorf("the text does not show %s", what)
		}
		if Hash(o) == hash {
			t.Errorf("the hash does not show %s", what)
		}
	}
}

func TestText(t *testing.T) {
	const want = " has 1\n.name = 61\n.at has 1\n.at.secret = 01\n.list has 1\n.list[0].secret = 02\n" +
		".byIndex has 2\n.byIndex[10] = 05\n.byIndex[3] = 04\n.choice = 696e7438\n.choice = 18446744073709551615\n.set = 1\n"
	if got := Of(sample()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
