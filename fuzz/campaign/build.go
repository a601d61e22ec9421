package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// Build is which mlsref made a file: its revision, or, where that does not say it all,
// the bytes of its executable.
type Build struct {
	Revision   string `json:"revision,omitempty"`
	Executable string `json:"executable,omitempty"` // SHA-256, if the revision is not known or was changed
	Go         string `json:"go"`
}

func (b Build) String() string {
	switch {
	case b.Executable == "":
		return fmt.Sprintf("revision %.12s, %s", b.Revision, b.Go)
	case b.Revision == "":
		return fmt.Sprintf("executable %.12s, %s", b.Executable, b.Go)
	}
	return fmt.Sprintf("revision %.12s with changes, executable %.12s, %s", b.Revision, b.Executable, b.Go)
}

// ThisBuild is the running mlsref.
var ThisBuild = sync.OnceValues(func() (Build, error) {
	b := Build{Go: runtime.Version()}
	modified := true
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.modified":
				modified = s.Value != "false"
			}
		}
	}
	if b.Revision != "" && !modified {
		return b, nil
	}
	path, err := os.Executable()
	if err != nil {
		return b, fmt.Errorf("which mlsref this is cannot be told: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return b, fmt.Errorf("which mlsref this is cannot be told: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return b, fmt.Errorf("which mlsref this is cannot be told: %w", err)
	}
	b.Executable = hex.EncodeToString(hash.Sum(nil))
	return b, nil
})
