package avro

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"holdfast/schemas"
)

// scanner reads the JSON text of RFC 8259 token by token. Strings without escapes alias the text.
//
// Rejected: encoding/json. Its tokens cost a dozen allocations per field, and it makes U+FFFD of a lone surrogate, so
// that two accounts could become one. A fuzz test holds it as the judge of everything else.
type scanner struct {
	text []byte // valid UTF-8
	at   int
}

// opening is what a value starts with: a brace, a bracket, or nothing for a scalar.
type opening byte

const (
	openScalar opening = 0
	openObject opening = '{'
	openList   opening = '['
)

// peek skips white space and returns the next byte, 0 at the end of the text.
func (sc *scanner) peek() byte {
	for ; sc.at < len(sc.text); sc.at++ {
		switch by := sc.text[sc.at]; by {
		case ' ', '\t', '\r', '\n':
		default:
			return by
		}
	}
	return 0
}

// expect consumes one byte after white space.
func (sc *scanner) expect(want byte) error {
	if sc.peek() != want {
		return sc.fault(string(want))
	}
	sc.at++
	return nil
}

// more says whether another element follows in a list or object that ends with end, and consumes the comma or the end.
func (sc *scanner) more(first bool, end byte) (bool, error) {
	by := sc.peek()
	switch {
	case by == end:
		sc.at++
		return false, nil
	case first:
		return true, nil
	case by == ',':
		sc.at++
		return true, nil
	}
	return false, sc.fault(", or " + string(end))
}

// member reads the name of the next member of an object; false at its end.
func (sc *scanner) member(first bool) (name string, more bool, err error) {
	if more, err = sc.more(first, '}'); !more || err != nil {
		return "", false, err
	}
	if sc.peek() != '"' {
		return "", false, sc.fault("a name in quotes")
	}
	if name, err = sc.str(); err != nil {
		return "", false, err
	}
	return name, true, sc.expect(':')
}

// value reads a scalar, or the brace or bracket that opens a structure.
func (sc *scanner) value() (opening, schemas.Value, error) {
	switch by := sc.peek(); {
	case by == '{' || by == '[':
		sc.at++
		return opening(by), schemas.Value{}, nil
	case by == '"':
		text, err := sc.str()
		return openScalar, schemas.Value{Kind: schemas.String, Text: text}, err
	case by == '-' || digit(by):
		va, err := sc.number()
		return openScalar, va, err
	}
	va, err := sc.word()
	return openScalar, va, err
}

func (sc *scanner) word() (schemas.Value, error) {
	for _, word := range [...]struct {
		text  string
		value schemas.Value
	}{{"null", schemas.Value{}}, {"true", schemas.Value{Kind: schemas.Bool, Num: 1}}, {"false", schemas.Value{Kind: schemas.Bool}}} {
		rest := sc.text[sc.at:]
		if len(rest) >= len(word.text) && string(rest[:len(word.text)]) == word.text {
			sc.at += len(word.text)
			return word.value, nil
		}
		if len(rest) > 0 && string(rest) == word.text[:min(len(rest), len(word.text))] {
			sc.at = len(sc.text) // cut off within the word
		}
	}
	return schemas.Value{}, sc.fault("a value")
}

// number reads -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
func (sc *scanner) number() (schemas.Value, error) {
	from := sc.at
	sc.skip('-')
	if !sc.skip('0') && !sc.digits() {
		return schemas.Value{}, sc.fault("a digit")
	}
	whole := true
	if sc.skip('.') {
		whole = false
		if !sc.digits() {
			return schemas.Value{}, sc.fault("a digit")
		}
	}
	if sc.skip('e') || sc.skip('E') {
		whole = false
		if !sc.skip('+') {
			sc.skip('-')
		}
		if !sc.digits() {
			return schemas.Value{}, sc.fault("a digit")
		}
	}
	return numberValue(alias(sc.text[from:sc.at]), whole)
}

func (sc *scanner) skip(by byte) bool {
	if sc.at < len(sc.text) && sc.text[sc.at] == by {
		sc.at++
		return true
	}
	return false
}

func (sc *scanner) digits() bool {
	from := sc.at
	for sc.at < len(sc.text) && digit(sc.text[sc.at]) {
		sc.at++
	}
	return sc.at > from
}

func digit(by byte) bool { return by >= '0' && by <= '9' }

// numberValue keeps whole numbers whole: a number is a long unless it is written with a fraction or an exponent, or is
// too large for one.
func numberValue(text string, whole bool) (schemas.Value, error) {
	if whole {
		if num, err := strconv.ParseInt(text, 10, 64); err == nil {
			return schemas.Value{Kind: schemas.Long, Num: num}, nil
		}
	}
	float, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return schemas.Value{}, unacceptable(CodeWrongValue, "the number %s is beyond all limits: leave it out or publish it as text", clip(text))
	}
	return schemas.Value{Kind: schemas.Double, Float: float}, nil
}

// str reads a string. Requires: the next byte is a quote.
func (sc *scanner) str() (string, error) {
	sc.at++
	rest := sc.text[sc.at:]
	for i, by := range rest {
		switch {
		case by == '"':
			sc.at += i + 1
			return alias(rest[:i]), nil
		case by == '\\':
			return sc.escaped(i)
		case by < ' ':
			sc.at += i
			return "", sc.fault("no bare control character in a string")
		}
	}
	sc.at = len(sc.text)
	return "", sc.fault("a closing quote")
}

// escaped reads on in a string whose first plain bytes are known, from its first backslash.
func (sc *scanner) escaped(plain int) (string, error) {
	made := bytes.Clone(sc.text[sc.at : sc.at+plain])
	sc.at += plain
	for sc.at < len(sc.text) {
		switch by := sc.text[sc.at]; {
		case by == '"':
			sc.at++
			return string(made), nil
		case by == '\\':
			ru, err := sc.escape()
			if err != nil {
				return "", err
			}
			made = utf8.AppendRune(made, ru)
		case by < ' ':
			return "", sc.fault("no bare control character in a string")
		default:
			made = append(made, by)
			sc.at++
		}
	}
	return "", sc.fault("a closing quote")
}

// escape reads a backslash and what it stands for; a pair of surrogates is one character.
func (sc *scanner) escape() (rune, error) {
	sc.at++
	if sc.at == len(sc.text) {
		return 0, sc.fault("an escape")
	}
	by := sc.text[sc.at]
	sc.at++
	switch by {
	case '"', '\\', '/':
		return rune(by), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return sc.unicode()
	}
	sc.at--
	return 0, sc.fault(`an escape (\n \t \" \\ \uXXXX)`)
}

func (sc *scanner) unicode() (rune, error) {
	high, err := sc.hex4()
	if err != nil || !utf16.IsSurrogate(high) {
		return high, err
	}
	if sc.skip('\\') && sc.skip('u') {
		low, err := sc.hex4()
		if err != nil {
			return 0, err
		}
		if ru := utf16.DecodeRune(high, low); ru != utf8.RuneError {
			return ru, nil
		}
	}
	return 0, sc.fault("the second half of a surrogate pair")
}

func (sc *scanner) hex4() (rune, error) {
	if len(sc.text)-sc.at < 4 {
		sc.at = len(sc.text)
		return 0, sc.fault("four hex digits")
	}
	num, err := strconv.ParseUint(alias(sc.text[sc.at:sc.at+4]), 16, 16)
	if err != nil {
		return 0, sc.fault("four hex digits")
	}
	sc.at += 4
	return rune(num), nil
}

// fault says what is wrong at the current place.
func (sc *scanner) fault(want string) error {
	if sc.at >= len(sc.text) {
		return undecodable(CodeTruncated, "the JSON text ends at byte %d before its object does: it was cut off, publish it again", len(sc.text))
	}
	ru, _ := utf8.DecodeRune(sc.text[sc.at:])
	return undecodable(CodeMalformedJSON, "the JSON text is malformed at byte %d: found %q, want %s", sc.at+1, ru, want)
}

// alias is a string over the bytes of the record.
func alias(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }
