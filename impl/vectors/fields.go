package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
)

// Field is a byte string of an entry.
type Field struct {
	Path  string // "[0].epochs[2].commit"
	Bytes []byte
}

// Fields are all the byte strings of a file, in their order.
func (f *File) Fields() []Field {
	var list []Field
	for i, e := range f.entries {
		d := json.NewDecoder(bytes.NewReader(e.raw))
		list = fieldsOf(d, "["+strconv.Itoa(i)+"]", list)
	}
	return list
}

// fieldsOf reads the next value. What is no JSON ends it: split has seen that it is.
func fieldsOf(d *json.Decoder, path string, list []Field) []Field {
	t, err := d.Token()
	if err != nil {
		return list
	}
	switch v := t.(type) {
	case json.Delim:
		for i := 0; d.More(); i++ {
			at := path + "[" + strconv.Itoa(i) + "]"
			if v == '{' {
				name, _ := d.Token()
				at = path + "." + fmt.Sprint(name)
			}
			list = fieldsOf(d, at, list)
		}
		d.Token() // what closes it
	case string:
		if b, err := hex.DecodeString(v); err == nil && len(b) > 0 {
			list = append(list, Field{path, b})
		}
	}
	return list
}
