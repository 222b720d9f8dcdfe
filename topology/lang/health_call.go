package lang

import (
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// scoreCall is score("h") and the path score: a decimal, unknown until the document's `needs` hold.
type scoreCall struct{ health *HealthName }

func (sc scoreCall) compile(te *term) compiled {
	over, key := te.over, ScoreKey(sc.health.Name)
	return compiled{number: func(f *Frame) (int64, mark) {
		n, ok := f.cells(over).Int(key)
		return settled(n, ok)
	}}
}

func (sc scoreCall) walk(te *term, f *Frame) value.Value {
	if n, ok := f.cells(te.over).Int(ScoreKey(sc.health.Name)); ok {
		return value.OfDecimal(n)
	}
	return sc.health.missing("score", f)
}

func (sc scoreCall) sinceKey(*term) uint32 { return ScoreSinceKey(sc.health.Name) }

func (sc scoreCall) knows(*term) []string { return []string{"score/" + sc.health.Name} }

func (sc scoreCall) depends(_ *term, na *Names) (events []*EventDef, facts []*FactDef) {
	return na.builtIns("score_changed"), nil
}

// textCell is a text in a cell that documents derive: the tier of a health document, the stage.
type textCell struct {
	word    string // "tier/account_health"
	key     uint32
	since   uint32
	event   string
	missing func(f *Frame) value.Value
}

func (tc *textCell) compile(te *term) compiled {
	over, key := te.over, tc.key
	return compiled{text: func(f *Frame) (string, bool) {
		b, ok := f.cells(over).Bytes(key)
		return window.Alias(b), ok
	}}
}

func (tc *textCell) walk(te *term, f *Frame) value.Value {
	if va := window.Load(f.cells(te.over), tc.key, value.Text); va.Known() {
		return va
	}
	return tc.missing(f)
}

func (tc *textCell) sinceKey(*term) uint32 { return tc.since }

func (tc *textCell) knows(*term) []string { return []string{tc.word} }

func (tc *textCell) depends(_ *term, na *Names) (events []*EventDef, facts []*FactDef) {
	return na.builtIns(tc.event), nil
}

// missing says why a document has no value: what it needs does not hold yet.
func (he *HealthName) missing(what string, f *Frame) value.Value {
	reason := what + " is unknown"
	if he.Needs != nil {
		if why := failing(he.Needs.term, f); why != "" {
			reason += ": " + why
		}
	}
	return value.Missing(reason)
}

// score and tier check the calls, with the name of a health document or for the main one.
func (ch *checker) score(ca *Call, over Scope) *term {
	he, scope, ok := ch.healthOf(ca, over)
	if !ok {
		return bad(ca.offset)
	}
	return &term{op: opCall, kind: value.Decimal, does: scoreCall{he}, named: he.Name, over: scope}
}

func (ch *checker) tier(ca *Call, over Scope) *term {
	he, scope, ok := ch.healthOf(ca, over)
	switch {
	case !ok:
		return bad(ca.offset)
	case len(he.Tiers) == 0:
		return ch.fail(ca.offset, "%s has no tiers; write score(\"%s\")", he.Name, he.Name)
	}
	does := &textCell{word: "tier/" + he.Name, key: TierKey(he.Name), since: TierSinceKey(he.Name), event: "tier_changed",
		missing: func(f *Frame) value.Value { return he.missing("tier", f) }}
	return &term{op: opCall, kind: value.Text, does: does, named: he.Name, over: scope, values: he.Tiers}
}

// healthOf finds the document that a call is about.
func (ch *checker) healthOf(ca *Call, over Scope) (he *HealthName, scope Scope, ok bool) {
	if ca.Args.Expr == nil {
		he, ok = ch.mainHealth(ca, over)
	} else {
		he, ok = ch.namedHealth(ca)
	}
	if !ok {
		return nil, ScopeNone, false
	}
	if scope, ok = ch.visible(he.Scope, over); !ok {
		ch.fail(ca.offset, "%s is of each user; %s has none at hand", he.Name, subjectWord(over))
	}
	return he, scope, ok
}

func (ch *checker) namedHealth(ca *Call) (*HealthName, bool) {
	name, ok := ch.nameArgument(ca, "a health document", "account_health")
	if !ok {
		return nil, false
	}
	he := ch.names.Healths[name]
	if he == nil {
		offset, _ := ca.Args.Expr.Span()
		ch.fail(offset, "unknown health document %s%s", name, Suggest(name, sortedNames(ch.names.Healths)))
	}
	return he, he != nil
}

// mainHealth is the document with main: true, that of the users first where a user is at hand.
func (ch *checker) mainHealth(ca *Call, over Scope) (*HealthName, bool) {
	var found *HealthName
	for _, name := range sortedNames(ch.names.Healths) {
		if he := ch.names.Healths[name]; he.Main && (found == nil || he.Scope == over) {
			found = he
		}
	}
	switch {
	case found != nil:
	case len(ch.names.Healths) == 0:
		ch.fail(ca.offset, "%s: the bundle has no health document", ca.Name)
	default:
		name := sortedNames(ch.names.Healths)[0]
		ch.fail(ca.offset, "%s: no health document says main: true; write %s(\"%s\")", ca.Name, ca.Name, name)
	}
	return found, found != nil
}

// stage checks the path of that name.
func (ch *checker) stage(pa *Path) *term {
	scope := ch.cx.Scope
	if ch.names.Stages[scope] == nil {
		scope = ScopeAccount
	}
	names := ch.names.Stages[scope]
	if names == nil {
		return ch.fail(pa.offset, "stage: the bundle has no document `stages`")
	}
	does := &textCell{word: "stage", key: StageKey(), since: StageSinceKey(), event: "stage_changed",
		missing: func(*Frame) value.Value { return value.Missing("stage is unknown: no line of the stages is true") }}
	return &term{op: opCall, kind: value.Text, does: does, over: scope, values: names}
}
