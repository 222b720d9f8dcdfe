package value

// Missing is the unknown value with its reason.
func Missing(reason string) Value { return Value{Text: reason} }

// OfBool makes a bool.
func OfBool(b bool) Value {
	if b {
		return Value{Kind: Bool, Num: 1}
	}
	return Value{Kind: Bool}
}

// OfInt makes an int.
func OfInt(n int64) Value { return Value{Kind: Int, Num: n} }

// OfDecimal makes a decimal of millionths.
func OfDecimal(micros int64) Value { return Value{Kind: Decimal, Num: micros} }

// OfText makes a text.
func OfText(s string) Value { return Value{Kind: Text, Text: s} }

// OfTime makes a time of milliseconds since the epoch.
func OfTime(ms int64) Value { return Value{Kind: Time, Num: ms} }

// OfDate makes a date of days since the epoch.
func OfDate(days int64) Value { return Value{Kind: Date, Num: days} }

// OfDuration makes a duration of milliseconds.
func OfDuration(ms int64) Value { return Value{Kind: Duration, Num: ms} }

// OfList makes a list of texts.
func OfList(texts []string) Value { return Value{Kind: List, List: texts} }

// OfTruth makes the bool that tr stands for; Maybe is unknown.
func OfTruth(tr Truth) Value {
	if tr == Maybe {
		return Missing("not settled")
	}
	return OfBool(tr == Yes)
}

// Known says that the value is there, exact or as a bound.
func (va Value) Known() bool { return va.Kind != Unknown }

// Truth reads a value as the answer of a condition.
func (va Value) Truth() Truth {
	switch {
	case va.Kind != Bool || va.Bound != Exact:
		return Maybe
	case va.Num != 0:
		return Yes
	}
	return No
}

// String names the kind as a bundle writes it.
func (ki Kind) String() string {
	switch ki {
	case Bool:
		return "bool"
	case Int:
		return "int"
	case Decimal:
		return "decimal"
	case Text:
		return "text"
	case Time:
		return "time"
	case Date:
		return "date"
	case Duration:
		return "duration"
	case List:
		return "list"
	}
	return "unknown"
}

// String names the bound.
func (bo Bound) String() string {
	switch bo {
	case AtLeast:
		return "at least"
	case AtMost:
		return "at most"
	}
	return "exact"
}

// KindOf finds the kind that a bundle calls by that name; Unknown if there is none.
func KindOf(name string) Kind {
	for ki := Bool; ki <= List; ki++ {
		if ki.String() == name {
			return ki
		}
	}
	return Unknown
}
