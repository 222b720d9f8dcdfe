package operator

import (
	"strconv"
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Engine events follow right after their cause, within the same record or timer (language.md 2, 15): first the fold, the
// derived values and the rules of the cause, then its engine events in order, each with its own fold, derived values and
// rules, and so on. Their id is that of the cause and #TYPE/NAME, so a replay makes the same.
//
// Rejected: to write them to a topic and read them back. They would come in another transaction than their cause, and an
// `if` of the cause's own rules would see half of what happened.

// maxChain is how many engine events may follow from each other.
const maxChain = 8

// cause is what is being worked off: what engine events that it makes are named after.
type cause struct {
	id      string
	at      int64 // ms
	depth   int   // engine events that led to it
	test    bool
	trace   string
	profile bool // it began with a profile
}

// effect is an engine event that waits for its turn.
type effect struct {
	event   schemas.Event
	depth   int
	profile bool
	quiet   string // instead of an event: this knowledge changed without one
	user    bool   // quiet: of the user at hand
}

// beginChain forgets what the call before left.
func (ta *Task) beginChain() {
	ta.docs.effects, ta.docs.withAccount, ta.docs.ofEvent = ta.docs.effects[:0], false, false
	clear(ta.docs.noted)
}

// causedBy makes an event the cause of what follows.
func (ta *Task) causedBy(ev *schemas.Event) {
	ta.docs.cause = cause{id: ev.ID, at: ev.At, test: ev.Test, trace: ev.TraceParent, profile: ev.Kind == schemas.KindProfile}
}

// ofProfile says that an engine event follows from a profile, whose time may be ahead of what was read.
func (ta *Task) ofProfile(ev *schemas.Event) bool {
	return ev.Kind == schemas.KindEngine && ta.docs.cause.profile
}

// causedByTime makes an instant of a subject the cause.
func (ta *Task) causedByTime(pa *party, due int64) {
	ta.docs.cause = cause{id: pa.identity() + "@" + strconv.FormatInt(due, 10), at: due}
}

// emit makes an engine event, to be worked off when the cause is done. Nobody waits for it: nothing is made. Whoever only
// reads the knowledge that it is about was marked when that changed (willChange): an event judges them itself, time does
// not.
func (ta *Task) emit(pa *party, typ, name string, own ...schemas.Field) {
	if !ta.docs.listened[typ] || ta.docs.ofEvent && !ta.docs.named[typ] || ta.docs.cause.depth >= maxChain {
		return
	}
	sortFields(own)
	ta.docs.effects = append(ta.docs.effects, effect{depth: ta.docs.cause.depth + 1, profile: ta.docs.cause.profile, event: schemas.Event{
		Kind: schemas.KindEngine, Source: lang.EngineSource, ID: ta.docs.cause.id + "#" + typ + "/" + name, Type: typ,
		Account: strings.Clone(pa.ref.Account), User: strings.Clone(pa.user()),
		OccurredAt: ta.docs.cause.at, At: ta.docs.cause.at, Count: 1, Test: ta.docs.cause.test, TraceParent: ta.docs.cause.trace, Own: own,
	}})
}

// changedQuietly says that knowledge changed without an event (a first value, a backfill): who reads it is judged all the
// same, with the event at hand or at the instant.
func (ta *Task) changedQuietly(pa *party, read string, lo look) {
	if len(ta.docs.readers[read])+len(ta.touching.byRead[read]) == 0 {
		return
	}
	if lo.event == nil {
		ta.docs.effects = append(ta.docs.effects, effect{quiet: read, depth: ta.docs.cause.depth, user: pa.ref.Kind == topology.SubjectUser, event: schemas.Event{At: lo.at}})
		return
	}
	for _, ru := range ta.docs.readers[read] {
		if ru.Each == pa.scope() {
			ta.concernsKnower(ru)
		}
	}
}

// willChange is called before knowledge of a subject changes: documents that read it are judged after this one, and of the
// rules that read it is noted what they were.
func (ta *Task) willChange(pa *party, read string, lo look) {
	ta.docs.mark(ta.docs.byRead[read])
	ta.touchReaders(read)
	for _, ru := range ta.docs.readers[read] {
		if ru.Start.When == nil || ta.docs.noted[ru.Index] || ru.Each != pa.scope() {
			continue
		}
		was := ta.judged
		ta.judging(ru, nil, "", lo.at)
		is := holds(ru.Start.When, ta.see(pa, lo.at))
		if lo.event == nil || ta.marked[ru.Index] == markNone {
			ta.earlier[ru.Index] = earlierAs(is)
			ta.noteEdge(pa, ru, lo.at)
		}
		ta.docs.noted[ru.Index], ta.docs.was[ru.Index] = true, is
		ta.judged = was
		if lo.event != nil { // derived values come before the rules of the event: the edge is its own
			ta.concernsKnower(ru)
		}
	}
}

// concernsKnower marks a rule whose condition reads knowledge that changes.
func (ta *Task) concernsKnower(ru *rule) {
	if ta.marked[ru.Index] == markNone {
		ta.earlier[ru.Index] = earlierAs(ta.docs.was[ru.Index])
	}
	ta.concerns(ru, markOther)
}

func (pa *party) scope() lang.Scope {
	if pa.ref.Kind == topology.SubjectUser {
		return lang.ScopeUser
	}
	return lang.ScopeAccount
}

// workOff works off the engine events that the cause at hand made, and those that they make.
func (ta *Task) workOff(pa *party) error {
	for len(ta.docs.effects) > 0 {
		ef := ta.docs.effects[0]
		ta.docs.effects = ta.docs.effects[1:]
		if err := ta.workOffOne(pa, &ef); err != nil {
			return err
		}
	}
	ta.docs.effects = ta.docs.effects[:0]
	return nil
}

func (ta *Task) workOffOne(pa *party, ef *effect) error {
	account, user := ta.partiesFor(pa, ef)
	if ef.quiet != "" {
		who := account
		if ef.user {
			who = user
		}
		return ta.judgeReaders(who, ef.quiet, ef.event.At)
	}
	ev := &ef.event
	ta.causedBy(ev)
	ta.docs.cause.depth, ta.docs.cause.profile = ef.depth, ef.profile
	ta.match(ev, account, user)
	ta.lookBefore(ev, account, user)
	for i, noted := range ta.docs.noted {
		if noted {
			ta.earlier[i] = earlierAs(ta.docs.was[i])
		}
	}
	ta.fold(ev, account, user)
	return ta.reactAll(ev, account, user)
}

// partiesFor are the parties of an effect: those at hand. The user of an event of the account alone is left out.
func (ta *Task) partiesFor(pa *party, ef *effect) (account, user *party) {
	account = &ta.parties[0]
	if account.sub == nil || account.ref.Account != pa.ref.Account || pa.ref.Kind == topology.SubjectUser && !ta.docs.withAccount {
		account = ta.open(accountRef(pa.ref))
		ta.docs.withAccount = true
	}
	if ef.event.User != "" || ef.user {
		user = &ta.parties[1]
	}
	return account, user
}

// judgeReaders judges the conditions that read some knowledge, at an instant.
func (ta *Task) judgeReaders(pa *party, read string, at int64) error {
	if err := ta.episodesReading(pa, read, at); err != nil {
		return err
	}
	for _, ru := range ta.docs.readers[read] {
		if ru.Each != pa.scope() || ru.Start.When == nil || pa.edges(ru).disarmed {
			continue
		}
		li, err := pa.life(ru)
		if err != nil {
			return err
		}
		if _, err := ta.startByTime(pa, ru, &li, at); err != nil {
			return err
		}
		pa.stirred = true
	}
	return ta.rearm(pa)
}

// readersOf lists the rules that read derived knowledge, by its name.
func readersOf(rules []*rule) map[string][]*rule {
	readers := map[string][]*rule{}
	for _, ru := range rules {
		for _, pg := range []*lang.Program{ru.Start.When, ru.Again.When} {
			if pg == nil {
				continue
			}
			for _, read := range pg.Knows(ru.Each) {
				if list := readers[read]; len(list) == 0 || list[len(list)-1] != ru {
					readers[read] = append(list, ru)
				}
			}
		}
	}
	return readers
}

// listenedTo are the engine events that anybody waits for or counts.
func listenedTo(b *playbook.Bundle, rules []*rule, co *concern, ds *documents) map[string]bool {
	listened, awaited := map[string]bool{}, map[*lang.EventDef]bool{}
	for _, ru := range rules {
		events, _ := ru.waitsFor()
		for _, def := range b.Events {
			awaited[def] = awaited[def] || events[def]
		}
		for _, pr := range []*lang.Program{ru.Start.When, ru.Again.When} { // those of users concern every event, and stand in no list
			if pr == nil {
				continue
			}
			for _, def := range pr.Events {
				awaited[def] = true
			}
		}
	}
	for _, def := range b.Events {
		if len(def.AccountSlots)+len(def.UserSlots)+len(co.byEvent[def.Index])+len(co.byFact[def.Index])+len(ds.byEvent[def.Index]) == 0 && !awaited[def] {
			continue
		}
		for _, typ := range engineTypes(def) {
			listened[typ] = true
		}
	}
	return listened
}

// namedBy are the engine events that somebody names: that begin, end or move something, or are counted.
func namedBy(b *playbook.Bundle, rules []*rule, ds *documents) map[string]bool {
	named := map[string]bool{}
	add := func(defs ...*lang.EventDef) {
		for _, def := range defs {
			for _, typ := range engineTypes(def) {
				named[typ] = true
			}
		}
	}
	for _, ru := range rules {
		add(ru.Start.Events...)
		add(ru.ownEvents()...)
		if ru.Again.Event != nil {
			add(ru.Again.Event)
		}
	}
	for _, def := range b.Events {
		if len(def.AccountSlots)+len(def.UserSlots)+len(def.ActiveSlots)+len(def.Narrowed)+len(def.Feeds)+len(def.Sets)+len(ds.byEvent[def.Index]) > 0 {
			add(def)
		}
	}
	return named
}

// engineTypes are the engine events that a definition may be.
func engineTypes(def *lang.EventDef) (types []string) {
	for _, member := range def.Any {
		types = append(types, engineTypes(member)...)
	}
	if def.Any == nil && def.Kind == schemas.KindEngine {
		types = append(types, def.Type)
	}
	return types
}
