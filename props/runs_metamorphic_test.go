package props

import "testing"

// TestRewritings: each rewriting is possible in enough histories to show something, and
// changes no verdict in them.
func TestRewritings(t *testing.T) {
	const histories = 10
	enough := map[string]int{"by reference": 4} // few lines are such that it can be tried
	for _, how := range rewritings {
		t.Run(how.name, func(t *testing.T) {
			compared := 0
			p := Property{Name: "metamorphic", New: func(h *History) Checks {
				return (&metamorphic{h: h, how: how, told: func(done bool) {
					if done {
						compared++
					}
				}}).checks()
			}}
			for seed := range uint64(histories) {
				o, err := One(seed, 30, 6, []Property{p})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range o.Failures {
					t.Errorf("seed %d: %s\nin\n%s", seed, f, o.Scenario.Text)
				}
			}
			least, known := enough[how.name]
			if !known {
				least = histories - 1
			}
			if compared < least {
				t.Errorf("%d of %d histories could be compared, want %d", compared, histories, least)
			}
		})
	}
}
