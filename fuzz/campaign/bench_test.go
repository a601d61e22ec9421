package campaign

import (
	"sync"
	"testing"
	"time"
)

// BenchmarkCampaign plays the same histories as one shard, and as two shards at once, each
// in a process with one core, as on a cluster: "ratio" is how much faster two are, which
// with two free cores is about 2.
func BenchmarkCampaign(b *testing.B) {
	p := Params{Kind: "props", First: 1, Histories: 40, Steps: 40, People: 6}
	if err := p.Choose(nil, nil); err != nil {
		b.Fatal(err)
	}
	play := func(n int) time.Duration {
		dir, began := b.TempDir(), time.Now()
		var working sync.WaitGroup
		for i := 1; i <= n; i++ {
			working.Go(func() {
				if says, err := (job{dir, p, Shard{i, n}}).process(b, 1).CombinedOutput(); err != nil {
					b.Errorf("%v: %s", err, says)
				}
			})
		}
		working.Wait()
		return time.Since(began)
	}
	var one, two time.Duration
	for range b.N {
		one += play(1)
		two += play(2)
	}
	histories := float64(b.N * p.Histories)
	b.ReportMetric(0, "ns/op") // it says nothing
	b.ReportMetric(histories/one.Seconds(), "seeds/s-1-shard")
	b.ReportMetric(histories/two.Seconds(), "seeds/s-2-shards")
	b.ReportMetric(one.Seconds()/two.Seconds(), "ratio")
}
