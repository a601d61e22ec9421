package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
)

// onAllCores does the numbers from 0 to n-1, as many at once as there are cores. When
// the context ends, no further one is begun.
func onAllCores(ctx context.Context, n int, do func(i int)) {
	atOnce(ctx, runtime.GOMAXPROCS(0), n, do)
}

// atOnce does the same with as many at once as there are workers.
func atOnce(ctx context.Context, workers, n int, do func(i int)) {
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
	for range workers {
		working.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	working.Wait()
}

// interruptible is the context of a long command, which ends with an interruption.
func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}
