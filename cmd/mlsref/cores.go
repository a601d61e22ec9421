package main

import (
	"context"
	"runtime"
	"sync"
)

// onAllCores does the numbers from 0 to n-1, as many at once as there are cores. When
// the context ends, no further one is begun.
func onAllCores(ctx context.Context, n int, do func(i int)) {
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range n {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	var working sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		working.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	working.Wait()
}
