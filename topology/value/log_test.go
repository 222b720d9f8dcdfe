package value

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestLog10(t *testing.T) {
	for micros, want := range map[int64]int64{
		1: -6_000_000, 10: -5_000_000, 500_000: -301_030, Scale: 0, 10 * Scale: Scale, 1_000_000 * Scale: 6 * Scale,
		1_000_000_000_000 * Scale: 12 * Scale, 2 * Scale: 301_030, 25_000 * Scale: 4_397_940, 999_999: 0, math.MaxInt64: 12_964_890,
	} {
		if got, ok := Log10(micros); !ok || got != want {
			t.Errorf("log10 of %d millionths is %d, want %d", micros, got, want)
		}
	}
	for _, micros := range []int64{0, -1, math.MinInt64} {
		if _, ok := Log10(micros); ok {
			t.Errorf("log10 of %d millionths is known", micros)
		}
	}
}

func TestLog10IsNearTheFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(1, math.MaxInt64).Draw(t, "micros")
		got, _ := Log10(micros)
		if want := math.Log10(float64(micros)/Scale) * Scale; math.Abs(float64(got)-want) > 0.501 {
			t.Fatalf("log10 of %d millionths is %d, the float %f", micros, got, want)
		}
	})
}
