package operator

import (
	"math"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Task computes one partition. It keeps nothing that matters beyond a call but its meta (Resume, AppendMeta): all state
// is in the store, so a call that failed or panicked needs no repair here once the store has rolled it back.
type Task struct {
	bundle *playbook.Bundle
	store  topology.Store
	sink   topology.Sink

	rules        []*rule // by name; accountRules and userRules are those of one scope, in the same order
	accountRules []*rule
	userRules    []*rule
	concern      concern
	docs         documents // what the documents of the bundle derive
	keepers      []keeper  // what wants to be woken beside the playbooks
	facts        builtin
	maxLateness  int64    // ms, of any playbook and the bundle
	aboutUsers   bool     // something in the bundle is (about.go)
	userFields   []string // that say something of the user, whatever the bundle
	trustsIDs    bool     // the publishers never repeat one

	meta   meta
	clock  int64 // C of the call at hand
	judged at    // what is being judged, for Rule and Disarm
	counts Counts

	// Scratch, overwritten by every call.
	frame     lang.Frame
	parties   [2]party
	matched   []*lang.EventDef
	earlier   []earlier // by playbook index: what start.when was before the fold
	dueBefore []int64   // by playbook index: since that instant, where its timer is still to come
	marked    []mark    // by playbook index: why the event at hand concerns the rule

	timeMoved bool    // a timer may be due by the event at hand: conditions are judged before the fold
	concerned []*rule // those that are marked
	scheduled []*rule // those that a calendar begins
	scratch   []byte

	touching   touching
	touched    []bool          // by playbook index: the event at hand can change its open episodes
	trueBefore []watched       // what their conditions were before the fold
	marks      []lang.StepMark // of the episode at hand
	ripples    []*rule         // began or ceased to run

	identity identity // of the event at hand

	frozen     []waitingFor // by playbook index
	frozenDocs []inputs     // by document index
}

// at says what is being judged.
type at struct {
	playbook, step, episode string
	due                     int64
	ok                      bool
	overdue                 bool // before an event, for ref
	ref                     topology.Ref
}

// Counts is how often what happened since NewTask. A call that failed counts too: take differences of calls that did not.
type Counts struct {
	Events, Late, Fired, Duplicates           int64
	Entered, NotEntered, Decisions            int64
	Intents, Cancels, Stopped, Regrets, Swept int64
	Signals                                   int64
}

// NewTask makes the computation of one task. Resume has to be called before anything else.
func NewTask(b *playbook.Bundle, store topology.Store, sink topology.Sink) *Task {
	ta := &Task{bundle: b, store: store, sink: sink, frame: newFrame(b)}
	for _, pb := range b.Playbooks {
		ru := newRule(pb)
		ta.rules = append(ta.rules, ru)
		switch pb.Each {
		case lang.ScopeUser:
			ta.userRules = append(ta.userRules, ru)
		case lang.ScopeAccount:
			ta.accountRules = append(ta.accountRules, ru)
		}
		ta.maxLateness = max(ta.maxLateness, pb.Lateness)
		if pb.Start.Schedule != nil {
			ta.scheduled = append(ta.scheduled, ru)
		}
	}
	ta.linkRetired()
	ta.maxLateness = max(ta.maxLateness, b.Lateness.Milliseconds())
	if ac := newActives(b); ac != nil {
		ta.keepers = append(ta.keepers, ac)
	}
	ta.concern, ta.facts = newConcern(b, ta.rules), newBuiltin(b)
	ta.touching, ta.touched = newTouching(b, ta.rules), make([]bool, len(ta.rules))
	ta.earlier, ta.marked = make([]earlier, len(ta.rules)), make([]mark, len(ta.rules))
	ta.dueBefore = make([]int64, len(ta.rules))
	ta.docs = newDocuments(b, ta.rules, &ta.concern)
	ta.keepers = append(ta.keepers, documentKeeper{}, newRampKeeper(ta.rules))
	ta.listInputs()
	ta.aboutUsers, ta.userFields = aboutUsers(b), builtInFields(b)
	return ta
}

// Counts returns the counters.
func (ta *Task) Counts() Counts { return ta.counts }

// Rule says what was being judged when a call failed: the playbook, its step ("" for its start, "stop" and "ends" for
// those), and the due instant. ok is false when the failure belongs to no rule.
func (ta *Task) Rule() (playbook, step string, due int64, ok bool) {
	return ta.judged.playbook, ta.judged.step, ta.judged.due, ta.judged.ok
}

// Overdue says that a failed ProcessEvent or CatchUp did not come to its event: a unit of this subject that was due
// before it failed. The processor rolls back, calls CatchUp with a savepoint around each call until there is no more,
// treats what fails there like a failed Fire (dead letter, Disarm), and gives the event again.
func (ta *Task) Overdue() (ref topology.Ref, ok bool) {
	return ta.judged.ref, ta.judged.ok && ta.judged.overdue
}

func (ta *Task) judging(ru *rule, ep *episode, step string, due int64) {
	ju := &ta.judged
	ju.playbook, ju.step, ju.due, ju.episode, ju.ok = ru.Name, step, due, "", true
	if ep != nil {
		ju.episode = ep.ID
	}
}

// idle says that nothing is being judged.
func (ta *Task) idle() { ta.judged.ok = false }

// begin starts a call.
func (ta *Task) begin(clock int64) {
	ta.clock, ta.judged = max(clock, NoClock), at{}
	ta.ripples = ta.ripples[:0]
	if ta.meta.FirstClock == 0 && clock > 0 {
		ta.meta.FirstClock = clock
	}
	if ta.bundle.History == 0 {
		ta.frame.History = ta.meta.history()
	}
}

// ProcessEvent takes one record of the task. The clock is C after the record advanced it; the processor has fired what
// that made due.
func (ta *Task) ProcessEvent(ev *schemas.Event, clock int64) error {
	ta.begin(clock)
	ta.name(ev)
	account, user := ta.partiesOf(ev)
	id := ta.identify(ev, account, user)
	if id.duplicate() {
		ta.counts.Duplicates++
		return nil
	}
	ta.counts.Events++
	for more := true; more; {
		var err error
		if more, err = ta.catchUp(ev, account, user); err != nil {
			return err
		}
	}
	ta.judged = at{}
	id.remember()
	ta.beginChain()
	ta.causedBy(ev)
	ta.match(ev, account, user)
	ta.lookBefore(ev, account, user)
	ta.fold(ev, account, user)
	if err := ta.reactAll(ev, account, user); err != nil {
		return err
	}
	ta.docs.withAccount = true
	who := account
	if user != nil {
		who = user
	}
	if err := ta.workOff(who); err != nil {
		return err
	}
	return ta.errandDone(ev, account)
}

// reactAll does what comes after the fold: derived values, then the rules.
func (ta *Task) reactAll(ev *schemas.Event, account, user *party) error {
	ta.derive(ev, account)
	if user != nil {
		ta.derive(ev, user)
	}
	if err := ta.react(ev, account); err != nil {
		return err
	}
	if user != nil {
		return ta.react(ev, user)
	}
	return nil
}

// CatchUp does one thing that ProcessEvent would do before it comes to its event. It is for the case that one of them
// fails (Overdue): with a savepoint around each, the units before the failed one are kept, the failed one is disarmed,
// and once more is false ProcessEvent comes to the event at once.
func (ta *Task) CatchUp(ev *schemas.Event, clock int64) (more bool, err error) {
	ta.begin(clock)
	account, user := ta.partiesOf(ev)
	return ta.catchUp(ev, account, user)
}

// partiesOf opens the account of an event and the user, nil if it has none or nothing wants to know anything of them.
func (ta *Task) partiesOf(ev *schemas.Event) (account, user *party) {
	account = ta.open(topology.Ref{Account: ev.Account, Kind: topology.SubjectAccount})
	if ev.User != "" && ta.opensUser(ev) {
		user = ta.openUser(topology.Ref{Account: ev.Account, Kind: topology.SubjectUser, ID: ev.User}, account.sub)
	}
	return account, user
}

// catchUp does one thing that comes before an event: it judges its subjects for a playbook that is new to them, then
// fires the earliest unit of one of them that was due before t_e - lateness. more is false when there is none.
func (ta *Task) catchUp(ev *schemas.Event, account, user *party) (more bool, err error) {
	for _, pa := range []*party{account, user} {
		if pa == nil {
			continue
		}
		ta.judged.overdue, ta.judged.ref = true, pa.ref
		if err := ta.meet(pa); err != nil {
			return false, err
		}
	}
	return ta.fireBefore(ta.instant(ev), account, user)
}

// instant is the event time as far as it may drive anything. A profile does not hold back the clock, so its time may be
// days ahead of what was read of the other inputs: it never makes an absence.
func (ta *Task) instant(ev *schemas.Event) int64 {
	if ev.Kind == schemas.KindProfile || ev.Kind == schemas.KindReceipt || ta.ofProfile(ev) {
		return min(ev.At, ta.clock)
	}
	return ev.At
}

// react runs the rules of one subject after the fold.
func (ta *Task) react(ev *schemas.Event, pa *party) error {
	oc := ta.occasionOf(ev, pa)
	if pa.hasOpen() || oc.at <= pa.judged { // a late event may be a reason for regret
		if err := ta.episodesOfEvent(pa, oc); err != nil {
			return err
		}
	}
	for _, ru := range ta.inOrder() {
		if ru.Each != pa.scope() || ta.judgeQuickly(pa, ru, oc) {
			continue
		}
		if err := ta.judgeStart(pa, ru, oc); err != nil {
			return err
		}
	}
	if ev.Kind != schemas.KindProfile && !ta.ofProfile(ev) {
		pa.judgedAt(oc.now)
	}
	if err := ta.ripple(pa, oc); err != nil {
		return err
	}
	ta.idle()
	return ta.rearmAfterEvent(pa)
}

// NoClock is the clock of a task that has read nothing yet. It is far enough from the end of the numbers that a lateness
// can be taken off it.
const NoClock = math.MinInt64 / 4

// watermark is W for the lateness of the bundle.
func (ta *Task) watermark() int64 { return ta.clock - ta.bundle.Lateness.Milliseconds() }
