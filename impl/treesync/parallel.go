package treesync

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// firstError calls check for 0 to n-1 and returns the error of the lowest that has
// one: the same whether it works in order or, if allowed, on several processors.
func firstError(n int, parallel bool, check func(int) error) error {
	workers := min(n/64, runtime.GOMAXPROCS(0)) // a few are not worth a goroutine
	if !parallel || workers < 2 {
		for k := range n {
			if err := check(k); err != nil {
				return err
			}
		}
		return nil
	}
	errs := make([]error, n)
	var next atomic.Int64
	var failed atomic.Bool
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			// Whoever has taken a number finishes it, so all below a failure are checked.
			for !failed.Load() {
				k := int(next.Add(1)) - 1
				if k >= n {
					return
				}
				if errs[k] = check(k); errs[k] != nil {
					failed.Store(true)
				}
			}
		})
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
