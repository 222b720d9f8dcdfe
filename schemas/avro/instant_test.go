package avro

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAppendTime: an instant is written as the time package writes it, to the ends of what RFC 3339 can say.
func TestAppendTime(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "1970-01-01T00:00:00.000Z", 951_782_400_000: "2000-02-29T00:00:00.000Z", 951_868_799_999: "2000-02-29T23:59:59.999Z",
		4_107_542_400_000: "2100-03-01T00:00:00.000Z", lastMillis: "9999-12-31T23:59:59.999Z",
		-1: "-1", lastMillis + 1: "253402300800000",
	} {
		if got := string(AppendTime([]byte{}, ms)); got != want {
			t.Errorf("%d: %s, want %s", ms, got, want)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		ms := rapid.Int64Range(0, lastMillis).Draw(rt, "ms")
		want := time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z07:00")
		if got := string(AppendTime(nil, ms)); got != want {
			rt.Fatalf("%d: %s, want %s", ms, got, want)
		}
	})
}

// TestEveryDay: all days that RFC 3339 has.
func TestEveryDay(t *testing.T) {
	for days := int64(0); days <= lastMillis/dayMillis; days++ {
		year, month, day := civil(days)
		if want := time.UnixMilli(days * dayMillis).UTC(); int64(want.Year()) != year || int64(want.Month()) != month || int64(want.Day()) != day {
			t.Fatalf("day %d: %d-%d-%d, want %v", days, year, month, day, want)
		}
	}
}

func BenchmarkAppendTime(b *testing.B) {
	var dst []byte
	for i := range b.N {
		dst = AppendTime(dst[:0], 1_780_272_000_000+int64(i)*1009)
	}
}
