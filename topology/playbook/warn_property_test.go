package playbook

import (
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"holdfast/topology/lang"
)

// drawn is a random condition over two numbers and a text.
func drawn(t *rapid.T, depth int) string {
	number := rapid.IntRange(-2, 2)
	switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); {
	case depth > 0 && kind == 0:
		return "not (" + drawn(t, depth-1) + ")"
	case depth > 0 && kind <= 4:
		return "(" + drawn(t, depth-1) + ")" + rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "word") + "(" + drawn(t, depth-1) + ")"
	case kind == 5:
		return "p" + rapid.SampledFrom([]string{` == "a"`, ` != "a"`, ` in ("a" or "b")`, ` not in ("b" or "c")`, ` == "c"`}).Draw(t, "text")
	case kind == 6:
		return rapid.SampledFrom([]string{"true", "false", "1 < 2", "x < y", "x >= y", "2 >= x"}).Draw(t, "odd")
	}
	op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
	return rapid.SampledFrom([]string{"x", "y"}).Draw(t, "name") + " " + op + " " + strconv.Itoa(number.Draw(t, "number"))
}

// world is what the names of a condition stand for.
type world struct {
	numbers map[string]int64
	text    string
}

// judge is the obvious evaluation of a drawn condition.
func (wo world) judge(t *rapid.T, no lang.Node) bool {
	switch no := no.(type) {
	case *lang.Unary:
		return !wo.judge(t, no.X)
	case *lang.Literal:
		return no.Value.Num == 1
	case *lang.In:
		for _, li := range no.Literals {
			if li.Value.Text == wo.text {
				return !no.Not
			}
		}
		return no.Not
	case *lang.Binary:
		switch no.Op {
		case "and":
			return wo.judge(t, no.X) && wo.judge(t, no.Y)
		case "or":
			return wo.judge(t, no.X) || wo.judge(t, no.Y)
		}
		if lang.Format(no.X) == "p" {
			return (no.Y.(*lang.Literal).Value.Text == wo.text) == (no.Op == "==")
		}
		return holds(no.Op, wo.number(no.X), wo.number(no.Y))
	}
	t.Fatalf("%s was not drawn", lang.Format(no))
	return false
}

func (wo world) number(no lang.Node) int64 {
	if li, ok := no.(*lang.Literal); ok {
		return li.Value.Num
	}
	if un, ok := no.(*lang.Unary); ok {
		return -wo.number(un.X)
	}
	return wo.numbers[lang.Format(no)]
}

func holds(op string, a, b int64) bool {
	switch op {
	case "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// TestWarningsAreSound: what lint calls never true is true in no world, and what it calls implied holds wherever the other
// condition does. (It may miss something; it must not accuse.)
func TestWarningsAreSound(t *testing.T) {
	wr := newWritten(nil)
	never, implied := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			dead, follows := accused(t, wr, drawn(t, 3), drawn(t, 2))
			never, implied = never+dead, implied+follows
		}
	})
	if never == 0 || implied == 0 {
		t.Errorf("%d never, %d implied: nothing was tested", never, implied)
	}
}

// accused judges two conditions in every small world, and counts what lint says of them.
func accused(t *rapid.T, wr *written, condition, other string) (never, implied int) {
	tree, second := parsed(t, condition), parsed(t, other)
	list, ok := wr.alternatives(tree, true, 0)
	if !ok {
		return 0, 0
	}
	dead, follows := impossible(list), wr.implies(list, &node{shape: shapeScalar, text: other})
	for x := int64(-3); x <= 3; x++ {
		for y := int64(-3); y <= 3; y++ {
			for _, text := range []string{"a", "b", "c", "d"} {
				wo := world{numbers: map[string]int64{"x": x, "y": y}, text: text}
				is := wo.judge(t, tree)
				if is && dead {
					t.Fatalf("%s is true where x = %d, y = %d, p = %s", condition, x, y, text)
				}
				if is && follows && !wo.judge(t, second) {
					t.Fatalf("%s does not follow from %s where x = %d, y = %d, p = %s", other, condition, x, y, text)
				}
			}
		}
	}
	return one(dead), one(follows)
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func parsed(t *rapid.T, condition string) lang.Node {
	tree, err := lang.Parse(condition)
	if err != nil {
		t.Fatal(condition, err)
	}
	return tree
}

// FuzzLint: whatever loads can be warned about, explained and tested without a panic.
func FuzzLint(f *testing.F) {
	f.Add("playbook: p\nfor: each user\nclass: lifecycle\nstart: {when: idle(login) >= 7d}\nsteps: [{id: a, after: 1d, send: b}]\n")
	f.Add("health: h\nfor: each account\nmeasures: {m: {unknown: 1, lines: [{if: has(login), points: 9}]}}\ntiers: [{name: a, below: 3}, {name: b}]\n")
	f.Add("test: t\nusers: {u: {account: a}}\ngiven: [{every: 1d, from: 2026-01-01, to: 2026-01-02, login: [u, a/b]}]\nexpect: [{none: p/a}, {signal: tier/h, is: 3}]\n")
	f.Add("policy: p\ncaps: [{id: a, max: 1, per: user, in: 1d}, {id: b, max: 1, per: user, in: 2d}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		files := fstest.MapFS{"b.yaml": {Data: []byte("bundle: b\nevents: {login: user_action.login}\n")}, "f.yaml": {Data: []byte(text)}}
		bu, err := Load(files)
		if err != nil {
			return
		}
		bu.Warnings()
		_ = bu.CheckTests()
		if explained := bu.Explain(""); !strings.Contains(explained, "bundle b") {
			t.Errorf("%q", explained)
		}
	})
}
