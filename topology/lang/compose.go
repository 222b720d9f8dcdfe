package lang

import (
	"strings"

	"holdfast/topology/value"
)

// Texts with expressions in braces: because: "last login {idle(login)} ago".

// CompileText checks and compiles such a text. Its value is the text with the values as people read them; it is unknown
// while one of them is. Evaluating it allocates: it is for what is said of a change, not for what is judged.
func (na *Names) CompileText(source string, cx Context) (*Program, []*Error) {
	cx.Want, cx.Waiting = nil, false
	does, te := &composedCall{}, &term{op: opCall, kind: value.Text, text: source}
	var errors []*Error
	for at := 0; ; {
		open := strings.IndexAny(source[at:], "{}")
		if open < 0 {
			does.texts = append(does.texts, source[at:])
			break
		}
		does.texts = append(does.texts, source[at:at+open])
		at += open
		inner, ok := braced(source[at:])
		if !ok {
			return nil, append(errors, errorAt(at, "a brace without its other one; an expression stands in {..}"))
		}
		x, list := na.check(inner, cx)
		for _, err := range list {
			errors = append(errors, &Error{Offset: at + 1 + err.Offset, Text: err.Text})
		}
		te.kids = append(te.kids, x)
		at += len(inner) + 2
	}
	if len(errors) > 0 || anyBad(te.kids...) {
		return nil, errors
	}
	te.does = does
	return na.program(source, te, cx), nil
}

// braced is what stands between the brace that the text begins with and its other one.
func braced(text string) (inner string, ok bool) {
	end := strings.IndexByte(text, '}')
	if text[0] != '{' || end < 0 || strings.IndexByte(text[1:end], '{') >= 0 {
		return "", false
	}
	return text[1:end], true
}

// composedCall puts the values of the kids between the texts, of which there is one more.
type composedCall struct{ texts []string }

func (cc *composedCall) compile(te *term) compiled {
	evals := each(te.kids, compileValue)
	return compiled{text: func(f *Frame) (string, bool) {
		va := cc.compose(func(i int) value.Value { return evals[i](f) })
		return va.Text, va.Known()
	}}
}

func (cc *composedCall) walk(te *term, f *Frame) value.Value {
	return cc.compose(func(i int) value.Value { return walk(te.kids[i], f) })
}

func (cc *composedCall) compose(kid func(i int) value.Value) value.Value {
	var sb strings.Builder
	sb.WriteString(cc.texts[0])
	for i, text := range cc.texts[1:] {
		va := kid(i)
		if !va.Known() {
			return va
		}
		sb.WriteString(va.String())
		sb.WriteString(text)
	}
	return value.OfText(sb.String())
}
