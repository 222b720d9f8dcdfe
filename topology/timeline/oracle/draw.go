package oracle

// draw is a source of choices that depends on the seed alone (splitmix64).
type draw struct{ state uint64 }

func (dr *draw) next() uint64 {
	dr.state += 0x9e3779b97f4a7c15
	mixed := dr.state
	mixed = (mixed ^ mixed>>30) * 0xbf58476d1ce4e5b9
	mixed = (mixed ^ mixed>>27) * 0x94d049bb133111eb
	return mixed ^ mixed>>31
}

// below draws from [0, n).
func (dr *draw) below(n int) int { return int(dr.next() % uint64(n)) }

// between draws from [low, high].
func (dr *draw) between(low, high int) int { return low + dr.below(high-low+1) }

func (dr *draw) chance(percent int) bool { return dr.below(100) < percent }

func pick[T any](dr *draw, from ...T) T { return from[dr.below(len(from))] }
