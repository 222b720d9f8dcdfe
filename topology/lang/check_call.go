package lang

import (
	"sort"

	"holdfast/topology/value"
	"holdfast/topology/window"
)

// function checks the arguments of one built function.
type function struct {
	name  string
	check func(ch *checker, ca *Call, over Scope) *term
}

// functions are those that are built, by name.
func functions() []function {
	return []function{
		{"age", (*checker).age},
		{"avg", aggregateOf(window.OpAvg)},
		{"change", (*checker).change},
		{"clicked", stepMark(MarkClicked)},
		{"count", (*checker).count},
		{"distinct", aggregateOf(window.OpDistinct)},
		{"done", stepMark(MarkDone)},
		{"elapsed", (*checker).elapsed},
		{"evidence", evidenceOf(value.List, false)},
		{"evidence_count", evidenceOf(value.Int, false)},
		{"evidence_sum", evidenceOf(value.Decimal, true)},
		{"exposed", (*checker).exposed},
		{"first", endOf(window.OpFirst, window.OpFirstOf)},
		{"has", (*checker).has},
		{"idle", (*checker).idle},
		{"known", (*checker).known},
		{"last", endOf(window.OpLast, window.OpLastOf)},
		{"log10", (*checker).log10},
		{"max", aggregateOf(window.OpMax)},
		{"members", (*checker).members},
		{"min", aggregateOf(window.OpMin)},
		{"observed", (*checker).observed},
		{"opened", stepMark(MarkOpened)},
		{"running", (*checker).running},
		{"score", (*checker).score},
		{"seen", stepMark(MarkSeen)},
		{"segment", (*checker).segment},
		{"sent", stepMark(MarkSent)},
		{"signal", (*checker).signal},
		{"since", (*checker).since},
		{"size", (*checker).size},
		{"sum", aggregateOf(window.OpSum)},
		{"tier", (*checker).tier},
		{"top", (*checker).top},
		{"total", (*checker).total},
		{"until", (*checker).until},
	}
}

// recipients are calls that stand in `to:` only.
var recipients = [...]string{"role", "team", "channel", "system"}

// call resolves a function.
func (ch *checker) call(ca *Call) *term {
	over := ch.cx.Scope
	if ca.Account {
		over = ScopeAccount
	}
	if ch.cx.Where && ca.Name != "known" {
		return ch.whereSees(ca.offset, ca.Name+"()")
	}
	for _, fn := range functions() {
		if fn.name == ca.Name {
			return fn.check(ch, ca, over)
		}
	}
	return ch.refuseCall(ca)
}

func (ch *checker) refuseCall(ca *Call) *term {
	if oneOf(ca.Name, recipients[:]) {
		return ch.fail(ca.offset, "%s() is a recipient; it stands in to: only", ca.Name)
	}
	var names []string
	for _, fn := range functions() {
		names = append(names, fn.name)
	}
	sort.Strings(names)
	return ch.fail(ca.offset, "unknown function %s()%s", ca.Name, Suggest(ca.Name, names))
}

// event finds the event that an aggregate is about.
func (ch *checker) event(ca *Call) (*EventDef, bool) {
	if ca.Args.Event == nil {
		ch.fail(ca.offset, "%s() wants an event: %s(login)", ca.Name, ca.Name)
		return nil, false
	}
	if ca.Args.Window != nil && !oneOf(ca.Name, windowFunctions[:]) {
		ch.fail(ca.Args.Window.offset, "%s() is over the whole life and takes no window: count(%s in %s)", ca.Name, ca.Args.Event.Names[0], ca.Args.Window.text())
		return nil, false
	}
	de, ok := ch.namedEvent(ca.Args.Event.Names[0], ca.Args.Event.offset)
	if ok && ca.Args.Where != nil {
		return ch.narrowed(de, ca.Args.Where)
	}
	return de, ok
}

func (ch *checker) namedEvent(name string, offset int) (*EventDef, bool) {
	de, err := ch.names.Event(name)
	if err != "" {
		ch.fail(offset, "%s", err)
	}
	return de, de != nil
}

// Event finds a declared event; the text says what is wrong with the name, "" with no event that the declaration of
// the name has its error already.
func (na *Names) Event(name string) (*EventDef, string) {
	de := na.Events[name]
	switch {
	case de != nil || na.Refused[name]:
		return de, ""
	}
	return nil, "unknown event " + name + Suggest(name, na.eventNames())
}

// eventAlone checks the argument of a function over whole events.
func (ch *checker) eventAlone(ca *Call) (*EventDef, bool) {
	de, ok := ch.event(ca)
	if ok && len(ca.Args.Event.Names) > 1 {
		ch.fail(ca.Args.Event.offset, "%s() wants an event without a field: %s(%s)", ca.Name, ca.Name, de.Name)
		return nil, false
	}
	return de, ok
}

// eventField checks the argument of a function over a field.
func (ch *checker) eventWithField(ca *Call) (*EventDef, FieldDef, bool) {
	de, ok := ch.event(ca)
	if !ok {
		return nil, FieldDef{}, false
	}
	if len(ca.Args.Event.Names) == 1 {
		ch.fail(ca.Args.Event.offset, "%s() wants a field: %s(%s.FIELD)", ca.Name, ca.Name, de.Name)
		return nil, FieldDef{}, false
	}
	field, ok := ch.sharedField(ca.Args.Event, []*EventDef{de})
	return de, field, ok
}

func (ch *checker) total(ca *Call, over Scope) *term {
	de, ok := ch.eventAlone(ca)
	if !ok {
		return bad(ca.offset)
	}
	return ch.aggregate(window.OpTotal, de, nil, over)
}

func (ch *checker) aggregate(operation window.Op, de *EventDef, field *FieldDef, over Scope) *term {
	sl := ch.names.slot(operation, de, field, over)
	return &term{op: opAggregate, kind: sl.Type, slot: sl, event: de.declared(), over: over}
}

// has and idle both live on the time of the last event.
func (ch *checker) has(ca *Call, over Scope) *term { return ch.overLast(ca, over, opHas, value.Bool) }

func (ch *checker) idle(ca *Call, over Scope) *term {
	return ch.overLast(ca, over, opIdle, value.Duration)
}

func (ch *checker) overLast(ca *Call, over Scope, operation op, kind value.Kind) *term {
	de, ok := ch.eventAlone(ca)
	if !ok {
		return bad(ca.offset)
	}
	return &term{op: operation, kind: kind, slot: ch.names.slot(window.OpLast, de, nil, over), event: de.declared(), over: over}
}

// aggregateOf checks sum, min, max, avg and distinct.
func aggregateOf(operation window.Op) func(ch *checker, ca *Call, over Scope) *term {
	return func(ch *checker, ca *Call, over Scope) *term {
		de, field, ok := ch.eventWithField(ca)
		if !ok {
			return bad(ca.offset)
		}
		if !folds(operation, field.Type) {
			return ch.fail(ca.Args.Event.offset, "%s() cannot take %s", ca.Name, article(field.Type))
		}
		if ca.Args.Window != nil {
			return ch.windowed(ca, operation, de, &field, over)
		}
		return ch.aggregate(operation, de, &field, over)
	}
}

// folds says which types an aggregate takes.
func folds(operation window.Op, kind value.Kind) bool {
	switch operation {
	case window.OpSum, window.OpAvg:
		return isNumber(kind) || kind == value.Duration
	case window.OpMin, window.OpMax:
		return isNumber(kind) || kind == value.Duration || kind == value.Time || kind == value.Date
	}
	return kind != value.List
}

// endOf checks first and last, which are times of an event or values of a field.
func endOf(ofEvent, ofField window.Op) func(ch *checker, ca *Call, over Scope) *term {
	return func(ch *checker, ca *Call, over Scope) *term {
		if ca.Args.Event != nil && len(ca.Args.Event.Names) > 1 {
			de, field, ok := ch.eventWithField(ca)
			if !ok {
				return bad(ca.offset)
			}
			return ch.aggregate(ofField, de, &field, over)
		}
		de, ok := ch.eventAlone(ca)
		if !ok {
			return bad(ca.offset)
		}
		return ch.aggregate(ofEvent, de, nil, over)
	}
}

func (ch *checker) observed(ca *Call, over Scope) *term {
	if ca.Args.Expr != nil {
		return ch.fail(ca.offset, "observed() takes nothing")
	}
	return &term{op: opObserved, kind: value.Duration, over: over}
}

func (ch *checker) known(ca *Call, _ Scope) *term {
	if ca.Args.Expr == nil {
		return ch.fail(ca.offset, "known() wants an expression: known(account.plan)")
	}
	x := ch.term(ca.Args.Expr)
	if anyBad(x) {
		return bad(ca.offset)
	}
	return &term{op: opKnown, kind: value.Bool, kids: []*term{x}}
}

// members is the number of members of the account, of all or of those with a role.
func (ch *checker) members(ca *Call, over Scope) *term {
	if over == ScopeUser {
		return ch.fail(ca.offset, "members() are the account's: write account.members()")
	}
	te := &term{op: opMembers, kind: value.Int, over: ScopeAccount}
	if ca.Args.Expr == nil {
		return te
	}
	role, ok := ca.Args.Expr.(*Literal)
	if !ok || role.Value.Kind != value.Text {
		return ch.fail(ca.offset, "members() wants nothing or a role: members(\"admin\")")
	}
	te.role = role.Value.Text
	ch.names.needRole(te.role)
	return te
}
