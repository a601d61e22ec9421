//go:build libfuzzer

// Command libfuzzer is what libFuzzer calls, and any engine that can do the same. It is
// no program of its own: it is built into an archive, for one target, and linked with the
// engine, as .clusterfuzzlite/build.sh does.
package main

// #include <stdint.h>
// #include <stddef.h>
import "C"

import (
	"fmt"
	"os"
	"unsafe"

	"mlsref/fuzz"
	"mlsref/fuzz/target"
)

// name is the target's. The linker sets it.
var name string

var run = func() func([]byte, *target.Seen) error {
	t, err := fuzz.Named(name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%v; -ldflags '-X main.name=…' names one\n", err)
		os.Exit(2)
	}
	return t.Run
}()

// LLVMFuzzerTestOneInput runs one input. A finding is a panic, which the engine takes for
// the crash that it is, and keeps the input.
//
//export LLVMFuzzerTestOneInput
func LLVMFuzzerTestOneInput(data *C.uint8_t, size C.size_t) C.int {
	if size > target.MaxInput {
		return -1 // not to be kept
	}
	in := append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size))...)
	if err := run(in, nil); err != nil {
		panic(err)
	}
	return 0
}

func main() {}
