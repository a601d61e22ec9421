package codec

import (
	"fmt"
	"runtime"
	"runtime/metrics"
)

// Parsing takes at most this much memory: a vector's element can be one byte on the wire
// and a struct of some hundred in memory, and the slice grows by doubling.
const (
	mostAlways  = 64 << 10
	mostPerByte = 2048
)

// bounded runs f, which parses b, and checks what memory it takes. f may be run again.
func bounded(b []byte, f func()) error {
	limit := uint64(mostAlways + mostPerByte*len(b))
	if roughly(f) < limit/2 {
		return nil
	}
	// Other goroutines count as well. That all of these runs fall together with one that
	// takes as much is not to be expected.
	took := exactly(f)
	for range 9 {
		if took <= limit {
			return nil
		}
		took = min(took, exactly(f))
	}
	return fmt.Errorf("parsing %d bytes takes %d bytes of memory, at most %d are allowed", len(b), took, limit)
}

// roughly is how many bytes f takes, give or take some thousand: the runtime counts small
// objects span by span.
func roughly(f func()) uint64 {
	before := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	after := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(before)
	f()
	metrics.Read(after)
	return after[0].Value.Uint64() - before[0].Value.Uint64()
}

// exactly is the same to the byte. It stops the world.
func exactly(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
