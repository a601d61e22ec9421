package main

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"regexp"
	"testing"

	"mlsref/impl/vectors"
)

// TestVerifyInterrupted: what was done is told, and that it is not all.
func TestVerifyInterrupted(t *testing.T) {
	paths, err := vectors.Find(filepath.Join("..", "..", "impl", "vectors", "testdata"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	err = verifyVectors(ctx, &stdout, &stderr, paths, false)
	var failed checkFailed
	if !errors.As(err, &failed) || len(failed) != 1 ||
		!regexp.MustCompile(`^interrupted: \d+ of \d+ entries were verified$`).MatchString(failed[0].Error()) {
		t.Errorf("got %v (%q)", err, failed)
	}
	if bytes.Contains(stdout.Bytes(), []byte("all passed")) {
		t.Errorf("got %s", stdout.String())
	}
}
