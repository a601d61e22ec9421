package bugs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Changed is what the bug makes of the source under root: each changed file's path in
// the module, and its text. An error says that the code has moved on and the bug must
// follow.
func (b Bug) Changed(root string) (map[string]string, error) {
	changed := map[string]string{}
	for _, e := range b.Edits {
		text, again := changed[e.File]
		if !again {
			read, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(e.File)))
			if err != nil {
				return nil, fmt.Errorf("it does not apply: %w", err)
			}
			text = string(read)
		}
		text, err := e.apply(text)
		if err != nil {
			return nil, fmt.Errorf("it does not apply: %s: %w", e.File, err)
		}
		changed[e.File] = text
	}
	return changed, nil
}

// apply replaces the old lines, which must be there exactly once. They are compared
// without the blanks at their ends, so that a bug outlives a change of indentation.
func (e Edit) apply(text string) (string, error) {
	same := func(have, want string) bool { return strings.TrimSpace(have) == strings.TrimSpace(want) }
	lines, old := strings.Split(text, "\n"), e.lines("- ")
	var found []int
	for i := 0; i+len(old) <= len(lines); i++ {
		if slices.EqualFunc(lines[i:i+len(old)], old, same) {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("the lines from %q on are there %d times, expected once", strings.TrimSpace(old[0]), len(found))
	}
	return strings.Join(slices.Replace(lines, found[0], found[0]+len(old), e.lines("+ ")...), "\n"), nil
}
