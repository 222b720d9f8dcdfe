package lang

import "fmt"

// Error is one thing wrong with an expression. Offset is the byte of the expression at which it begins; who knows the
// file adds line and column.
type Error struct {
	Offset int
	Text   string // what; suggestion
}

// Error is the text without a place.
func (er *Error) Error() string { return er.Text }

func errorAt(offset int, format string, args ...any) *Error {
	return &Error{Offset: offset, Text: fmt.Sprintf(format, args...)}
}
