package playbook

import (
	"sort"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// timings are the keys of which a step has at most one.
var timings = []string{"after", "at", "event", "when"}

// timing reads when a step is due; after is the text that can be read only when all steps are there.
func (ld *loader) timing(ke *keys, st *Step) (after *node) {
	var found []entry
	for _, name := range timings {
		if en, ok := ke.takeKey(name); ok {
			found = append(found, en)
		}
	}
	if len(found) > 1 {
		sort.Slice(found, func(i, j int) bool {
			a, b := found[i], found[j]
			return a.line < b.line || a.line == b.line && a.column < b.column
		})
		ld.failAt(found[1].line, found[1].column, "a step has %s and %s; one of them", found[0].key, found[1].key)
		found = found[:1]
	}
	if len(found) == 1 {
		after = ld.timingOf(found[0], st)
	}
	if st.Place == PlaceAlways && !ke.mentions("event") {
		ld.fail(ke.at, "a step of always needs an event; write {event: login, send: hello}")
	}
	ld.waitKeys(ke, st)
	return after
}

func (ld *loader) timingOf(en entry, st *Step) (after *node) {
	switch en.key {
	case "after":
		if en.value.shape != shapeMapping {
			return en.value
		}
		st.Timing, st.Delay = TimingAfter, ld.valueIn(en.value, ld.inEpisode("after", value.Duration), st)
	case "at":
		st.Timing, st.At = TimingAt, ld.timeOrChoice(en.value, ld.inEpisode("at"))
	case "event":
		st.Timing, st.Events = TimingEvent, ld.eventList(en.value)
		if len(st.Events) > 1 && st.Place == PlaceAlways && st.ID == "" {
			ld.failAt(en.line, en.column, "a step that waits for a list of events needs an id")
		}
	case "when":
		cx := ld.inEpisode("when", value.Bool)
		cx.Waiting = true
		st.Timing, st.When = TimingWhen, ld.compile(en.value, cx)
	}
	return nil
}

// waitKeys reads what only a step that waits has.
func (ld *loader) waitKeys(ke *keys, st *Step) {
	if en, ok := ke.takeKey("within"); ok {
		st.Within, _ = ld.duration(en.value, "within")
		if !st.Waits() {
			ld.failAt(en.line, en.column, "within ends a wait; this step waits for no event and no condition")
		}
	}
	if en, ok := ke.takeKey("once"); ok {
		st.Once = ld.flag(en.value, "once")
		if st.Timing != TimingEvent {
			ld.failAt(en.line, en.column, "once belongs to a step with an event")
		}
	}
	if en, ok := ke.takeKey("match"); ok {
		if st.Timing != TimingEvent {
			ld.failAt(en.line, en.column, "match belongs to an event; this step waits for none")
			return
		}
		st.Match = ld.match(en.value)
		if lazy := ld.lazily(st.Match, st.Events); lazy != nil {
			st.Timing, st.When, st.Events, st.Match = TimingWhen, lazy, nil, MatchOwn
		}
	}
}

// after reads D or step + D.
func (ld *loader) after(no *node, st *Step) {
	text, ok := ld.text(no, "after")
	if !ok {
		return
	}
	base, delay, relative := strings.Cut(text, "+")
	if !relative {
		if st.After, ok = value.ParseDuration(text); !ok {
			ld.fail(no, "after is a duration such as 7d, or a step and a duration: call + 2d; found %q", text)
		}
		st.Timing = TimingAfter
		return
	}
	base, delay = strings.TrimSpace(base), strings.TrimSpace(delay)
	st.Timing = TimingAfterStep
	if st.After, ok = value.ParseDuration(delay); !ok {
		ld.fail(no, "after is a step and a duration: call + 2d; found %q", text)
	}
	for _, other := range ld.playbook.Steps {
		if other.ID == base && other.Place != PlaceStop {
			st.AfterStep = other.Index
			return
		}
	}
	ld.fail(no, "unknown step %s%s", base, lang.Suggest(base, stepIDs(ld.playbook.Steps)))
	st.Timing = TimingAfter
}

func stepIDs(steps []*Step) []string {
	ids := make([]string, len(steps))
	for i, st := range steps {
		ids[i] = st.ID
	}
	sort.Strings(ids)
	return ids
}

// reachable refuses timings that can never come: a ring of steps, and a delay past the longest episode.
func (ld *loader) reachable() {
	for _, dr := range ld.drafts {
		st := dr.step
		if dr.after == nil {
			continue
		}
		delay, ok := ld.delay(st)
		switch {
		case !ok:
			ld.fail(dr.after, "%s waits for itself; let one of the steps begin at the start", st.ID)
		case delay >= ld.playbook.Ends:
			ld.fail(dr.after, "%s is due %s after the start, when the episode is over; raise ends (now %s)",
				st.ID, value.FormatDuration(delay, ""), value.FormatDuration(ld.playbook.Ends, ""))
		}
	}
}

// delay is the least time from the start to the step; false when its steps go round in a ring.
func (ld *loader) delay(st *Step) (millis int64, ok bool) {
	for range ld.playbook.Steps {
		if millis, ok = value.AddInt(millis, st.After); !ok {
			return ld.playbook.Ends, true
		}
		if st.Timing != TimingAfterStep {
			return millis, true
		}
		st = ld.playbook.Steps[st.AfterStep]
	}
	return 0, false
}
