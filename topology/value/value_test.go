package value

import (
	"math"
	"math/big"
	"testing"
	"time"

	"holdfast/schemas"

	"pgregory.net/rapid"
)

// rat is the exact number that a value stands for.
func rat(va Value) *big.Rat {
	if va.Kind == Decimal {
		return big.NewRat(va.Num, Scale)
	}
	return new(big.Rat).SetInt64(va.Num)
}

// rounded brings an exact number to the units of a kind, half away from zero; false when it does not fit.
func rounded(exact *big.Rat, kind Kind) (int64, bool) {
	if kind == Decimal {
		exact = new(big.Rat).Mul(exact, big.NewRat(Scale, 1))
	}
	half := big.NewRat(1, 2)
	if exact.Sign() < 0 {
		half.Neg(half)
	}
	shifted := new(big.Rat).Add(exact, half)
	whole := new(big.Int).Quo(shifted.Num(), shifted.Denom())
	return whole.Int64(), whole.IsInt64()
}

func drawNumber(t *rapid.T, label string, kinds ...Kind) Value {
	n := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-5, 5), rapid.Int64Range(-1e9, 1e9), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, math.MinInt64 + 1})).Draw(t, label)
	return Value{Kind: rapid.SampledFrom(kinds).Draw(t, label+" kind"), Num: n}
}

// Arithmetic agrees with exact fractions wherever the result, and an int that enters as a decimal, fits.
func TestArithmeticAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNumber(t, "a", Int, Decimal, Duration), drawNumber(t, "b", Int, Decimal, Duration)
		small := abs(a.Num) < 1e9 && abs(b.Num) < 1e9 // then nothing on the way can overflow
		checkResult(t, small, "*", Mul(a, b), ProductKind(a.Kind, b.Kind, false), new(big.Rat).Mul(rat(a), rat(b)))
		if b.Num != 0 {
			checkResult(t, small, "/", Div(a, b), ProductKind(a.Kind, b.Kind, true), new(big.Rat).Quo(rat(a), rat(b)))
		} else if va := Div(a, b); va.Known() {
			t.Fatalf("%v / 0 is %v", a, va)
		}
		checkResult(t, small, "+", Add(a, b), SumKind(a.Kind, b.Kind, false, false), new(big.Rat).Add(rat(a), rat(b)))
		checkResult(t, small, "-", Sub(a, b), SumKind(a.Kind, b.Kind, true, false), new(big.Rat).Sub(rat(a), rat(b)))
	})
}

func checkResult(t *rapid.T, small bool, op string, got Value, kind Kind, exact *big.Rat) {
	if kind == Unknown {
		if got.Known() {
			t.Fatalf("%s: %v of types that do not fit", op, got)
		}
		return
	}
	want, fits := rounded(exact, kind)
	switch {
	case got.Known() && (!fits || got.Num != want || got.Kind != kind):
		t.Fatalf("%s: got %v (%d), want %d", op, got, got.Num, want)
	case !got.Known() && fits && small:
		t.Fatalf("%s: unknown (%s), want %d", op, got.Text, want)
	}
}

func TestMulDivRoundsHalfAway(t *testing.T) {
	for _, tc := range []struct{ a, b, c, want int64 }{
		{1, 1, 2, 1}, {-1, 1, 2, -1}, {1, 1, 3, 0}, {2, 1, 3, 1}, {5, 1, -2, -3}, {-5, 1, -2, 3}, {7, 3, 2, 11},
		{math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64}, {math.MinInt64, 1, 1, math.MinInt64}, {1, 0, 5, 0},
	} {
		if got, ok := MulDiv(tc.a, tc.b, tc.c); !ok || got != tc.want {
			t.Errorf("%d*%d/%d = %d %v, want %d", tc.a, tc.b, tc.c, got, ok, tc.want)
		}
	}
	for _, tc := range [][3]int64{{1, 1, 0}, {math.MinInt64, -1, 1}, {math.MaxInt64, 2, 1}, {math.MaxInt64, math.MaxInt64, 1}} {
		if got, ok := MulDiv(tc[0], tc[1], tc[2]); ok {
			t.Errorf("%v = %d, want an overflow", tc, got)
		}
	}
}

// A comparison with a bound is settled exactly when it is the same for every true value that the bound allows.
func TestSettledBoundsHoldForEveryTrueValue(t *testing.T) {
	bounds := []Bound{Exact, AtLeast, AtMost}
	rapid.Check(t, func(t *rapid.T) {
		op := Cmp(rapid.IntRange(int(Eq), int(Ge)).Draw(t, "op"))
		left, right := rapid.Int64Range(-3, 3).Draw(t, "left"), rapid.Int64Range(-3, 3).Draw(t, "right")
		boundLeft, boundRight := rapid.SampledFrom(bounds).Draw(t, "bound"), rapid.SampledFrom(bounds).Draw(t, "bound")
		always, never := true, true
		for _, a := range allowed(left, boundLeft) {
			for _, b := range allowed(right, boundRight) {
				holds := op.Holds(Order(a, b))
				always, never = always && holds, never && !holds
			}
		}
		want := Maybe
		if always {
			want = Yes
		} else if never {
			want = No
		}
		if got := op.Settle(Order(left, right), boundLeft, boundRight); got != want {
			t.Fatalf("%v %d %s %v %d is %v, want %v", boundLeft, left, op, boundRight, right, got, want)
		}
	})
}

func allowed(n int64, bound Bound) (list []int64) {
	switch bound {
	case AtLeast:
		for i := n; i < n+20; i++ {
			list = append(list, i)
		}
	case AtMost:
		for i := n; i > n-20; i-- {
			list = append(list, i)
		}
	default:
		list = []int64{n}
	}
	return list
}

func TestMixedComparisonIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNumber(t, "a", Int, Decimal), drawNumber(t, "b", Int, Decimal)
		want := rat(a).Cmp(rat(b))
		for op := Eq; op <= Ge; op++ {
			if got := Compare(op, a, b); got != TruthOf(op.Holds(want)) {
				t.Fatalf("%v %s %v is %v", a, op, b, got)
			}
		}
	})
}

func TestComparisonOfTextsAndUnknowns(t *testing.T) {
	for _, tc := range []struct {
		op   Cmp
		a, b Value
		want Truth
	}{
		{Eq, OfText("a"), OfText("a"), Yes}, {Ne, OfText("a"), OfText("b"), Yes}, {Lt, OfText("Z"), OfText("a"), Yes},
		{Eq, OfBool(true), OfBool(false), No}, {Eq, Missing("x"), OfInt(1), Maybe}, {Eq, OfInt(1), Missing("x"), Maybe},
		{Eq, OfText("1"), OfInt(1), Maybe}, {Eq, OfList(nil), OfList(nil), Maybe},
	} {
		if got := Compare(tc.op, tc.a, tc.b); got != tc.want {
			t.Errorf("%v %s %v is %v, want %v", tc.a, tc.op, tc.b, got, tc.want)
		}
	}
}

func TestDecimalTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "micros")
		if got, ok := ParseDecimal(FormatDecimal(n)); !ok || got != n {
			t.Fatalf("%d became %s became %d", n, FormatDecimal(n), got)
		}
	})
	for text, want := range map[string]int64{"1.0000005": 1_000_001, "-1.0000005": -1_000_001, "0.9999994": 999_999, "-0": 0} {
		if got, ok := ParseDecimal(text); !ok || got != want {
			t.Errorf("%s is %d", text, got)
		}
	}
	for _, text := range []string{"", "-", ".5", "1.", "1e3", "1,5", "99999999999999999999", "9223372036854.775808"} {
		if n, ok := ParseDecimal(text); ok {
			t.Errorf("%q is %d", text, n)
		}
	}
}

func TestDurationTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1e11).Draw(t, "seconds") * 1000
		if got, ok := ParseDuration(FormatDuration(n, "")); !ok || got != n {
			t.Fatalf("%d became %s became %d", n, FormatDuration(n, ""), got)
		}
	})
	for _, text := range []string{"", "d", "7", "7x", "7dd", "-7d", "9223372036854775807w", "99999999999999999999d"} {
		if n, ok := ParseDuration(text); ok {
			t.Errorf("%q is %d", text, n)
		}
	}
}

func TestRendering(t *testing.T) {
	for want, va := range map[string]Value{
		"7d 2h": OfDuration(7*DayMillis + 7_200_000), "-1d": OfDuration(-DayMillis), "0s": OfDuration(0), "1s 5ms": OfDuration(1005),
		"at least 3": {Kind: Int, Bound: AtLeast, Num: 3}, "at most 1.5": {Kind: Decimal, Bound: AtMost, Num: 1_500_000},
		"unknown (never seen)": Missing("never seen"), "unknown": {}, "a, b": OfList([]string{"a", "b"}), "-0.25": OfDecimal(-250_000),
		"1970-01-01T00:00:01.001Z": OfTime(1001), "1969-12-31": OfDate(-1), "true": OfBool(true),
	} {
		if got := va.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Midnight is the first instant of the local day, whatever the clocks did.
func TestMidnight(t *testing.T) {
	for _, tc := range []struct{ zone, day, want string }{
		{"UTC", "2026-03-29", "2026-03-29T00:00:00Z"},
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // midnight was skipped: the day began at 01:00
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},    // 01:00 back to 00:00: midnight came twice
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      // the day was skipped: the first instant after the gap
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Fatal(err)
		}
		days, _ := ParseDate(tc.day)
		if got := OfTime(Midnight(days, zone)).String(); got != tc.want {
			t.Errorf("%s %s begins %s, want %s", tc.zone, tc.day, got, tc.want)
		}
	}
}

func TestDayAndMidnightAgree(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/Sao_Paulo"}
	rapid.Check(t, func(t *rapid.T) {
		zone, _ := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		at := rapid.Int64Range(0, 4e12).Draw(t, "at")
		days := DayOf(at, zone)
		if first, next := Midnight(days, zone), Midnight(days+1, zone); at < first || at >= next {
			t.Fatalf("%d is day %d, which is [%d, %d)", at, days, first, next)
		}
	})
}

func TestFromWire(t *testing.T) {
	text := func(s string) schemas.Value { return schemas.Value{Kind: schemas.String, Text: s} }
	number := func(n int64) schemas.Value { return schemas.Value{Kind: schemas.Long, Num: n} }
	float := func(x float64) schemas.Value { return schemas.Value{Kind: schemas.Double, Float: x} }
	for _, tc := range []struct {
		in   schemas.Value
		kind Kind
		want string
	}{
		{number(3), Int, "3"}, {float(3), Int, "3"}, {float(3.5), Int, "unknown (not of type int)"}, {text("3"), Int, "3"}, {text("x"), Int, "unknown (not of type int)"},
		{float(0.1), Decimal, "0.1"}, {float(0.0000005), Decimal, "0.000001"}, {number(2), Decimal, "2"}, {number(math.MaxInt64), Decimal, "unknown (not of type decimal)"},
		{float(math.NaN()), Decimal, "unknown (not of type decimal)"}, {float(math.Inf(1)), Decimal, "unknown (not of type decimal)"}, {text("1.5"), Decimal, "1.5"},
		{float(math.Inf(-1)), Int, "unknown (not of type int)"}, {number(5), Text, "5"}, {float(1.5), Text, "1.5"}, {text("true"), Bool, "true"}, {number(1), Bool, "unknown (not of type bool)"},
		{schemas.Value{Kind: schemas.Bool, Num: 1}, Bool, "true"}, {schemas.Value{Kind: schemas.Bool}, Text, "false"},
		{text("2026-01-01T00:00Z"), Time, "2026-01-01T00:00:00Z"}, {number(1000), Time, "1970-01-01T00:00:01Z"}, {float(1), Time, "unknown (not of type time)"},
		{text("2026-02-29"), Date, "unknown (not of type date)"}, {text("2026-02-28"), Date, "2026-02-28"}, {schemas.Value{Kind: schemas.Date, Num: 1}, Date, "1970-01-02"},
		{text("90m"), Duration, "1h 30m"}, {number(90), Duration, "unknown (not of type duration)"}, {schemas.Value{}, Text, "unknown (null)"}, {text("a"), List, "unknown (not of type list)"},
	} {
		if got := FromWire(tc.in, tc.kind).String(); got != tc.want {
			t.Errorf("%+v as %s is %s, want %s", tc.in, tc.kind, got, tc.want)
		}
	}
}
