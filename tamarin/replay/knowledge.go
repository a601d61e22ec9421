package replay

// knowledge is what the attacker has been sent. It takes apart pairs, and ciphertexts
// to whose key it has; it makes whatever it has the parts of, and public names.
type knowledge struct {
	have   map[string]bool
	closed []Term // ciphertexts that could not be opened yet
}

func (k *knowledge) learn(t Term) {
	k.add(t)
	for again := true; again; {
		again = false
		closed := k.closed
		k.closed = nil
		for _, c := range closed {
			if k.derives(key(c)) {
				k.add(c.args[0])
				again = true
			} else {
				k.closed = append(k.closed, c)
			}
		}
	}
}

func (k *knowledge) add(t Term) {
	if k.have[t.String()] {
		return
	}
	k.have[t.String()] = true
	switch {
	case t.kind != apply:
	case t.name == "pair":
		k.add(t.args[0])
		k.add(t.args[1])
	case t.name == "senc", t.name == "aenc" && t.args[1].kind == apply && t.args[1].name == "pk":
		k.closed = append(k.closed, t)
	}
}

// key is what opens a ciphertext.
func key(c Term) Term {
	if c.name == "aenc" {
		return c.args[1].args[0]
	}
	return c.args[1]
}

func (k *knowledge) derives(t Term) bool {
	if t.kind == public || k.have[t.String()] {
		return true
	}
	if t.kind != apply {
		return false
	}
	for _, a := range t.args {
		if !k.derives(a) {
			return false
		}
	}
	return true
}
