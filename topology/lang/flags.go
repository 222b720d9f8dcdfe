package lang

import (
	"sort"

	"holdfast/topology/value"
)

// flagCall is segment("s"), signal("s") and running("p"): a cell that is above zero. Never unknown: who has no value yet is
// not in the segment.
type flagCall struct {
	word   string
	key    func(name string) uint32
	since  func(name string) uint32 // nil: it has no age
	events []string                 // engine events that change it
}

func (fc *flagCall) compile(te *term) compiled {
	over, key := te.over, fc.key(te.named)
	return compiled{condition: func(f *Frame) value.Truth {
		n, _ := f.cells(over).Int(key)
		return value.TruthOf(n > 0)
	}}
}

func (fc *flagCall) walk(te *term, f *Frame) value.Value {
	n, there := f.cells(te.over).Int(fc.key(te.named))
	return value.OfBool(there && n > 0)
}

func (fc *flagCall) sinceKey(te *term) uint32 {
	if fc.since == nil {
		return 0
	}
	return fc.since(te.named)
}

func (fc *flagCall) knows(te *term) []string { return []string{fc.word + "/" + te.named} }

func (fc *flagCall) depends(_ *term, na *Names) (events []*EventDef, facts []*FactDef) {
	return na.builtIns(fc.events...), nil
}

// The three flags.
var (
	segmentFlag = &flagCall{word: "segment", key: SegmentKey, since: SegmentSinceKey, events: []string{"segment_entered", "segment_left"}}
	signalFlag  = &flagCall{word: "signal", key: SignalKey, since: SignalSinceKey, events: []string{"signal_raised", "signal_cleared"}}
	runningFlag = &flagCall{word: "running", key: RunningKey}
)

func (ch *checker) segment(ca *Call, over Scope) *term {
	return ch.flag(ca, over, segmentFlag, ch.names.Segments, "a segment", "power")
}

func (ch *checker) signal(ca *Call, over Scope) *term {
	return ch.flag(ca, over, signalFlag, ch.names.Signals, "a signal", "logins_fall")
}

func (ch *checker) running(ca *Call, over Scope) *term {
	return ch.flag(ca, over, runningFlag, ch.names.Playbooks, "a playbook", "dunning")
}

// flag finds the name among those of a kind and the cells of its scope.
func (ch *checker) flag(ca *Call, over Scope, fc *flagCall, names map[string]Scope, what, example string) *term {
	name, ok := ch.nameArgument(ca, what, example)
	if !ok {
		return bad(ca.offset)
	}
	scope, ok := names[name]
	if !ok {
		offset, _ := ca.Args.Expr.Span()
		return ch.fail(offset, "unknown %s %s%s", what[2:], name, Suggest(name, sortedNames(names)))
	}
	if scope, ok = ch.visible(scope, over); !ok {
		return ch.fail(ca.offset, "%s(\"%s\") is of each user; %s has none at hand", ca.Name, name, subjectWord(over))
	}
	return &term{op: opCall, kind: value.Bool, does: fc, named: name, over: scope}
}

// visible says whose cells hold something that documents of a scope derive: a key's are the account's. false: they are a
// user's, and there is none.
func (ch *checker) visible(scope, over Scope) (Scope, bool) {
	if scope == ScopeKey || scope == ScopeNone {
		scope = ScopeAccount
	}
	return scope, scope == ScopeAccount || over == ScopeUser
}

func subjectWord(scope Scope) string {
	if scope == ScopeKey {
		return "a key"
	}
	return "an account"
}

// exposedCall is exposed("x"): experiments are not run in this release, so nobody is.
type exposedCall struct{}

func (exposedCall) compile(*term) compiled {
	return compiled{condition: func(*Frame) value.Truth { return value.No }}
}

func (exposedCall) walk(*term, *Frame) value.Value { return value.OfBool(false) }

func (ch *checker) exposed(ca *Call, _ Scope) *term {
	name, ok := ch.nameArgument(ca, "an experiment", "tip_delay_v1")
	if !ok {
		return bad(ca.offset)
	}
	if ch.names.Experiments[name] == nil {
		offset, _ := ca.Args.Expr.Span()
		return ch.fail(offset, "unknown experiment %s%s", name, Suggest(name, sortedNames(ch.names.Experiments)))
	}
	return &term{op: opCall, kind: value.Bool, does: exposedCall{}, named: name}
}

func sortedCopy(list []string) []string {
	sorted := append([]string(nil), list...)
	sort.Strings(sorted)
	return sorted
}
