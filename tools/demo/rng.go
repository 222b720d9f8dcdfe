package demo

// rng is a splitmix64 stream. It is our own so that a seed gives the same business under every Go release.
type rng struct{ state uint64 }

func newRNG(seed, stream uint64) *rng {
	rg := &rng{state: seed*0x9e3779b97f4a7c15 + stream*0xd1b54a32d192ed03 + 1}
	rg.next()
	return rg
}

func (rg *rng) next() uint64 {
	rg.state += 0x9e3779b97f4a7c15
	z := rg.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// float is in [0, 1).
func (rg *rng) float() float64 { return float64(rg.next()>>11) / (1 << 53) }

// below is in [0, n). Requires: n > 0.
func (rg *rng) below(n int) int { return int(rg.next() % uint64(n)) }

// between is in [lo, hi], both inclusive.
func (rg *rng) between(lo, hi int) int { return lo + rg.below(hi-lo+1) }

// chance is true with probability share.
func (rg *rng) chance(share float64) bool { return rg.float() < share }

// millis is an instant in [0, limit).
func (rg *rng) millis(limit int64) int64 { return int64(rg.next() % uint64(limit)) }

// pick takes one element.
func pick[T any](rg *rng, of []T) T { return of[rg.below(len(of))] }
