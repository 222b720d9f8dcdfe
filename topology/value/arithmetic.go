package value

// DayMillis is a day of 24 hours in milliseconds.
const DayMillis = 86_400_000

// The reasons of an unknown result.
const (
	ReasonOverflow = "overflow"
	ReasonZero     = "division by zero"
	ReasonBound    = "only a bound is known"
	ReasonTypes    = "types do not fit"
)

// Add gives a + b.
func Add(a, b Value) Value { return sum(a, b, false) }

// Sub gives a - b.
func Sub(a, b Value) Value { return sum(a, b, true) }

// SumKind is the type of a + b (minus: a - b); Unknown if there is none. wholeDays says that the right side is a
// duration written in days and weeks, which moves a date by calendar days.
func SumKind(a, b Kind, minus, wholeDays bool) Kind {
	switch {
	case isNumber(a) && isNumber(b):
		return widest(a, b)
	case a == Duration && b == Duration:
		return Duration
	case a == Time && b == Duration, !minus && a == Duration && b == Time:
		return Time
	case a == Date && b == Duration && wholeDays:
		return Date
	case minus && a == Time && b == Time, minus && a == Date && b == Date:
		return Duration
	}
	return Unknown
}

// ProductKind is the type of a * b (division: a / b); Unknown if there is none.
func ProductKind(a, b Kind, division bool) Kind {
	switch {
	case isNumber(a) && isNumber(b):
		if division {
			return Decimal
		}
		return widest(a, b)
	case a == Duration && isNumber(b), !division && isNumber(a) && b == Duration:
		return Duration
	case division && a == Duration && b == Duration:
		return Decimal
	}
	return Unknown
}

func isNumber(ki Kind) bool { return ki == Int || ki == Decimal }

func widest(a, b Kind) Kind {
	if a == Int && b == Int {
		return Int
	}
	return Decimal
}

// operands checks that both sides can enter arithmetic: a bound cannot (language.md 3).
func operands(a, b Value) (Value, bool) {
	switch {
	case a.Kind == Unknown:
		return a, false
	case b.Kind == Unknown:
		return b, false
	case a.Bound != Exact || b.Bound != Exact:
		return Missing(ReasonBound), false
	}
	return Value{}, true
}

func sum(a, b Value, minus bool) Value {
	if missing, ok := operands(a, b); !ok {
		return missing
	}
	op := AddInt
	if minus {
		op = SubInt
	}
	kind := SumKind(a.Kind, b.Kind, minus, a.Kind == Date && b.Kind == Duration && b.Num%DayMillis == 0)
	left, right := a.Num, b.Num
	ok := true
	switch {
	case kind == Unknown:
		return Missing(ReasonTypes)
	case kind == Decimal:
		left, right, ok = alike(a, b)
	case kind == Date:
		right /= DayMillis
	}
	if !ok {
		return Missing(ReasonOverflow)
	}
	n, ok := op(left, right)
	if ok && a.Kind == Date && b.Kind == Date {
		n, ok = MulInt(n, DayMillis)
	}
	if !ok {
		return Missing(ReasonOverflow)
	}
	return Value{Kind: kind, Num: n}
}

// alike brings two numbers to millionths.
func alike(a, b Value) (int64, int64, bool) {
	left, okLeft := micros(a)
	right, okRight := micros(b)
	return left, right, okLeft && okRight
}

func micros(a Value) (int64, bool) {
	if a.Kind == Int {
		return MulInt(a.Num, Scale)
	}
	return a.Num, true
}

// Mul gives a * b.
func Mul(a, b Value) Value {
	if missing, ok := operands(a, b); !ok {
		return missing
	}
	kind := ProductKind(a.Kind, b.Kind, false)
	if kind == Unknown {
		return Missing(ReasonTypes)
	}
	divisor := int64(1)
	if a.Kind == Decimal && b.Kind == Decimal || kind == Duration && (a.Kind == Decimal || b.Kind == Decimal) {
		divisor = Scale
	}
	return quotient(kind, a.Num, b.Num, divisor)
}

// Div gives a / b.
func Div(a, b Value) Value {
	if missing, ok := operands(a, b); !ok {
		return missing
	}
	kind := ProductKind(a.Kind, b.Kind, true)
	if kind == Unknown {
		return Missing(ReasonTypes)
	}
	if b.Num == 0 {
		return Missing(ReasonZero)
	}
	return divide(kind, a, b)
}

// divide scales so that the quotient comes out in millionths, or in milliseconds for a duration.
func divide(kind Kind, a, b Value) Value {
	switch {
	case a.Kind == Duration && b.Kind == Int, a.Kind == Decimal && b.Kind == Int:
		return quotient(kind, a.Num, 1, b.Num)
	case a.Kind == Int && b.Kind == Decimal:
		if n, ok := MulInt(a.Num, Scale); ok {
			return quotient(kind, n, Scale, b.Num)
		}
		return Missing(ReasonOverflow)
	}
	return quotient(kind, a.Num, Scale, b.Num)
}

func quotient(kind Kind, a, b, c int64) Value {
	n, ok := MulDiv(a, b, c)
	if !ok {
		return Missing(ReasonOverflow)
	}
	return Value{Kind: kind, Num: n}
}

// Neg gives -a.
func Neg(a Value) Value {
	switch {
	case a.Kind == Unknown:
		return a
	case a.Bound != Exact:
		return Missing(ReasonBound)
	case !isNumber(a.Kind) && a.Kind != Duration:
		return Missing(ReasonTypes)
	}
	n, ok := SubInt(0, a.Num)
	if !ok {
		return Missing(ReasonOverflow)
	}
	return Value{Kind: a.Kind, Num: n}
}
