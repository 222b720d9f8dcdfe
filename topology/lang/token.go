package lang

import (
	"strings"

	"holdfast/topology/value"
)

// tokenKind is a class of words of the language.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenKeyword // reserved word
	tokenNumber
	tokenPercent
	tokenDuration
	tokenString
	tokenClock
	tokenSign // operators and parentheses
)

// token is one word with its place.
type token struct {
	kind   tokenKind
	text   string // as written; the content of a string
	offset int
	end    int
	num    int64 // int, millionths of a decimal or percent, milliseconds of a duration
	whole  bool  // the number has no point
	days   bool  // the duration is written in days and weeks only
}

// reserved are the words that are no names (language.md 4), but for true and false, which are literals.
var reserved = [...]string{"and", "or", "not", "in", "at", "contains", "default", "where", "before", "for", "top"}

// Reserved says that a name cannot be declared because the language uses it.
func Reserved(name string) bool {
	for _, word := range reserved {
		if word == name {
			return true
		}
	}
	return name == "true" || name == "false"
}

// ValidName says that a name matches [a-z][a-z0-9_]*.
func ValidName(name string) bool {
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	for i := 1; i < len(name); i++ {
		if !isNameByte(name[i]) {
			return false
		}
	}
	return true
}

func isNameByte(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' || isDigit(c) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// tokens splits an expression into words.
func tokens(source string) ([]token, *Error) {
	var list []token
	for at := 0; ; {
		for at < len(source) && strings.IndexByte(" \t\r\n", source[at]) >= 0 {
			at++
		}
		if at == len(source) {
			return append(list, token{kind: tokenEnd, offset: at, end: at}), nil
		}
		next, err := scan(source, at)
		if err != nil {
			return nil, err
		}
		list = append(list, next)
		at = next.end
	}
}

func scan(source string, at int) (token, *Error) {
	switch c := source[at]; {
	case c >= 'a' && c <= 'z':
		return scanName(source, at), nil
	case isDigit(c):
		return scanNumber(source, at)
	case c == '"':
		return scanString(source, at)
	}
	return scanSign(source, at)
}

func scanName(source string, at int) token {
	end := at
	for end < len(source) && isNameByte(source[end]) {
		end++
	}
	word := token{kind: tokenName, text: source[at:end], offset: at, end: end}
	if Reserved(word.text) {
		word.kind = tokenKeyword
	}
	return word
}

func scanString(source string, at int) (token, *Error) {
	length := strings.IndexByte(source[at+1:], '"')
	if length < 0 {
		return token{}, errorAt(at, "text without an end; write a closing \"")
	}
	end := at + 1 + length
	return token{kind: tokenString, text: source[at+1 : end], offset: at, end: end + 1}, nil
}

func scanSign(source string, at int) (token, *Error) {
	for _, sign := range [...]string{"==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "."} {
		if strings.HasPrefix(source[at:], sign) {
			return token{kind: tokenSign, text: sign, offset: at, end: at + len(sign)}, nil
		}
	}
	return token{}, badByte(source, at)
}

func badByte(source string, at int) *Error {
	switch c := source[at]; c {
	case '=':
		return errorAt(at, "unexpected =; equality is written ==")
	case '&', '|', '!':
		return errorAt(at, "unexpected %c; write and, or, not", c)
	case '\'':
		return errorAt(at, "unexpected '; a text stands in double quotes")
	case ',', '[', ']', '{', '}', ':':
		return errorAt(at, "unexpected %c; no expression contains it", c)
	}
	for _, r := range source[at:] {
		return errorAt(at, "unexpected %q; names are written in small letters, digits and _", r)
	}
	return errorAt(at, "unexpected end")
}

// scanNumber reads 3, 0.5, 20%, 7d12h and 09:30.
func scanNumber(source string, at int) (token, *Error) {
	end := skipDigits(source, at)
	switch {
	case end < len(source) && source[end] == ':':
		return scanClock(source, at, end)
	case end < len(source) && source[end] >= 'a' && source[end] <= 'z':
		return scanDuration(source, at)
	}
	word := token{kind: tokenNumber, offset: at, whole: true}
	if end+1 < len(source) && source[end] == '.' && isDigit(source[end+1]) {
		word.whole = false
		fraction := end + 1
		end = skipDigits(source, fraction)
		if end-fraction > 6 {
			return token{}, errorAt(at, "%s has more than 6 digits after the point", source[at:end])
		}
	}
	return finishNumber(source, word, end)
}

func skipDigits(source string, at int) int {
	for at < len(source) && isDigit(source[at]) {
		at++
	}
	return at
}

func finishNumber(source string, word token, end int) (token, *Error) {
	word.end, word.text = end, source[word.offset:end]
	micros, ok := value.ParseDecimal(word.text)
	percent := end < len(source) && source[end] == '%'
	switch {
	case percent:
		word.kind, word.end = tokenPercent, end+1
		word.num, _ = value.MulDiv(micros, 1, 100)
	case word.whole:
		ok = parseInt(word.text, &word.num)
	default:
		word.num = micros
	}
	if !ok {
		return token{}, errorAt(word.offset, "%s is too large a number", word.text)
	}
	word.text = source[word.offset:word.end]
	return word, nil
}

func parseInt(text string, n *int64) bool {
	for i := 0; i < len(text); i++ {
		tens, okTens := value.MulInt(*n, 10)
		sum, okSum := value.AddInt(tens, int64(text[i]-'0'))
		if !okTens || !okSum {
			return false
		}
		*n = sum
	}
	return true
}

func scanDuration(source string, at int) (token, *Error) {
	end := at
	for end < len(source) && isNameByte(source[end]) {
		end++
	}
	text := source[at:end]
	millis, ok := value.ParseDuration(text)
	if !ok {
		return token{}, errorAt(at, "%s is no duration; write 7d, 12h, 1d12h (units w d h m s)", text)
	}
	days := !strings.ContainsAny(text, "hms")
	return token{kind: tokenDuration, text: text, offset: at, end: end, num: millis, days: days}, nil
}

func scanClock(source string, at, colon int) (token, *Error) {
	end := skipDigits(source, colon+1)
	text := source[at:end]
	if len(text) != 5 || colon != at+2 || text > "23:59" || text[3] > '5' {
		return token{}, errorAt(at, "%s is no time of day; write HH:MM", text)
	}
	return token{kind: tokenClock, text: text, offset: at, end: end}, nil
}
