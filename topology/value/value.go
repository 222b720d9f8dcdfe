// Package value is what an expression of a playbook yields: a typed value, a bound, or unknown with its reason
// (language.md 3). Arithmetic and comparison live here, so that the compiler, the windows and the slow oracle of the
// tests agree on them.
package value

// Kind is the type of a value.
type Kind uint8

// The kinds. Unknown is the zero value: a Value nobody set is unknown.
const (
	Unknown Kind = iota
	Bool
	Int
	Decimal  // fixed point: Num is the value times 1,000,000
	Text     // bytes, compared bytewise
	Time     // ms since the epoch
	Date     // days since 1970-01-01
	Duration // ms
	List     // of texts
)

// Bound says how much a value is worth for an incomplete subject (language.md 3, Bounds).
type Bound uint8

// Exact is the zero value. AtLeast is a lower bound, AtMost an upper bound of the true value.
const (
	Exact Bound = iota
	AtLeast
	AtMost
)

// Scale is one whole in the units of a Decimal.
const Scale = 1_000_000

// Value is one value. It is small and has no pointer but those of Text and List, and is passed by value.
type Value struct {
	Kind  Kind
	Bound Bound
	Num   int64  // Bool (0, 1), Int, Decimal (x Scale), Time (ms), Date (days), Duration (ms)
	Text  string // Text; the reason when Unknown ("never seen")
	List  []string
}
