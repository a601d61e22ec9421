package messages

import (
	"bufio"
	"embed"
	"encoding/hex"
	"fmt"
	"strings"
)

// The seeds are written by this package's test with -update: one a line in hexadecimal,
// and what it is.
//
//go:embed seeds
var seedFiles embed.FS

// seeds are those of a target.
func seeds(name string) func() ([][]byte, error) {
	return func() ([][]byte, error) {
		text, err := seedFiles.ReadFile("seeds/" + name + ".txt")
		if err != nil {
			return nil, err
		}
		var list [][]byte
		lines := bufio.NewScanner(strings.NewReader(string(text)))
		for n := 1; lines.Scan(); n++ {
			digits, _, _ := strings.Cut(lines.Text(), " ")
			b, err := hex.DecodeString(digits)
			if err != nil {
				return nil, fmt.Errorf("seeds/%s.txt:%d: %w", name, n, err)
			}
			list = append(list, b)
		}
		return list, lines.Err()
	}
}
