package target

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// mark is the first line of a file in the go command's format.
const mark = "go test fuzz v1\n"

// Decode is the input in a file: of the go command's format if it begins as such, and
// otherwise all of its bytes.
func Decode(file []byte) ([]byte, error) {
	text, isGo := strings.CutPrefix(string(file), mark)
	if !isGo {
		return file, nil
	}
	text = strings.TrimSuffix(text, "\n")
	quoted, ok := strings.CutPrefix(text, "[]byte(")
	quoted, closed := strings.CutSuffix(quoted, ")")
	if !ok || !closed {
		return nil, errors.New(`line 2: expected one []byte("…")`)
	}
	in, err := strconv.Unquote(quoted)
	if err != nil {
		return nil, fmt.Errorf("line 2: expected one Go string, read %.40q", quoted)
	}
	return []byte(in), nil
}

// Encode is an input as a file in the go command's format.
func Encode(in []byte) []byte {
	return fmt.Appendf(nil, "%s[]byte(%q)\n", mark, in)
}
