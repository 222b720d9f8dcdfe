package operator

import (
	"fmt"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
)

// Cells of a subject that belong to no rule.
var (
	judgedKey     = topology.Key("judged")        // ms, newest instant at which the subject was judged
	openKey       = topology.Key("episodes.open") // how many episodes have work left, over all playbooks
	generationKey = topology.Key("generation")    // the playbooks that the subject was judged for
)

// party is the subject at hand: the account or the user that a record or a timer is about.
type party struct {
	ref        topology.Ref
	sub        topology.Subject
	account    topology.Subject // of its account; sub itself for an account
	rules      []*rule          // the playbooks for such subjects
	judged     int64            // ms, newest instant at which it was judged before the record or timer at hand
	everything bool             // the event at hand concerns all that is derived or waits
	stirred    bool             // something beside the concerned rules moved: the wake is to be computed exactly
}

// open makes a subject the party at hand. A task has one account and one user at hand at a time.
func (ta *Task) open(ref topology.Ref) *party {
	if ref.Kind == topology.SubjectUser {
		return ta.openUser(ref, ta.store.Open(accountRef(ref)))
	}
	sub := ta.store.Open(ref)
	ta.parties[0] = party{ref: ref, sub: sub, account: sub, rules: ta.accountRules}
	return ta.parties[0].loaded()
}

func (ta *Task) openUser(ref topology.Ref, account topology.Subject) *party {
	ta.parties[1] = party{ref: ref, sub: ta.store.Open(ref), account: account, rules: ta.userRules}
	return ta.parties[1].loaded()
}

func (pa *party) loaded() *party {
	pa.judged, _ = pa.sub.Int(judgedKey)
	return pa
}

func accountRef(ref topology.Ref) topology.Ref {
	return topology.Ref{Account: ref.Account, Kind: topology.SubjectAccount}
}

// user is the id of the user, "" for an account.
func (pa *party) user() string { return pa.ref.ID }

// identity is the subject part of a dedupe key.
func (pa *party) identity() string {
	if pa.ref.Kind == topology.SubjectUser {
		return schemas.UserSubject(pa.ref.Account, pa.ref.ID)
	}
	return schemas.AccountSubject(pa.ref.Account)
}

// hasOpen says whether an episode of any playbook has work left.
func (pa *party) hasOpen() bool {
	n, _ := pa.sub.Int(openKey)
	return n > 0
}

// judgedAt remembers that the subject was judged at an instant.
func (pa *party) judgedAt(at int64) {
	if at > pa.judged {
		pa.judged = at
		pa.sub.SetInt(judgedKey, at)
	}
}

// see points the frame at a subject and an instant.
func (ta *Task) see(pa *party, now int64) *lang.Frame {
	fr := &ta.frame
	fr.Now, fr.Event, fr.Start, fr.StartAt, fr.Period, fr.Steps = now, nil, nil, 0, "", nil
	fr.Account, fr.AccountID, fr.User, fr.UserID = pa.account, pa.ref.Account, nil, ""
	if pa.ref.Kind == topology.SubjectUser {
		fr.User, fr.UserID = pa.sub, pa.ref.ID
	}
	return fr
}

// within points the frame at a subject, an instant and an episode.
func (ta *Task) within(pa *party, ru *rule, ep *episode, now int64) *lang.Frame {
	fr := ta.see(pa, now)
	fr.Start, fr.StartAt, fr.Period, fr.Steps = ep.Captures, ep.StartAt, ep.Period, ta.stepMarks(ru, ep)
	return fr
}

// stepMarks is what expressions may know of the steps of an episode, by index.
func (ta *Task) stepMarks(ru *rule, ep *episode) []lang.StepMark {
	if !ru.readsMarks {
		return nil
	}
	marks := ta.marks[:0]
	for range ru.Steps {
		marks = append(marks, lang.StepMark{})
	}
	for i := range ep.Steps {
		ss := &ep.Steps[i]
		if at, ok := ru.byID[ss.ID]; ok && ss.wasPublished() {
			marks[at] = lang.StepMark{Slot: ss.Slot, Marks: ss.Marks | lang.MarkSent}
		}
	}
	ta.marks = marks
	return marks
}

// life loads what the subject has lived through in a playbook; the zero life if nothing.
func (pa *party) life(ru *rule) (life, error) {
	b, ok := pa.sub.Bytes(ru.lifeKey)
	if !ok {
		return life{}, nil
	}
	li, err := decodeLife(b)
	if err != nil {
		return life{}, fmt.Errorf("load playbook %s: %w", ru.Name, err)
	}
	li.was = li.load()
	for i := range li.Episodes {
		ru.moved(&li.Episodes[i])
	}
	return li, nil
}

// setLife stores it and keeps the counts of what goes on. `now` is the instant at hand: what cannot be regretted any more
// by then is forgotten.
func (ta *Task) setLife(pa *party, ru *rule, li *life, now int64) {
	li.prune(now-ru.Lateness, ru.Remember, len(ru.Stops) > 0) // what comes late, but within the lateness, may still regret and cancel
	is := li.load()
	pa.add(openKey, int64(is.busy-li.was.busy))
	if pa.add(ru.runningKey, int64(is.running-li.was.running)) {
		ta.ripples = append(ta.ripples, ru)
	}
	li.was = is
	pa.stirred = true
	if li.empty() {
		pa.sub.Delete(ru.lifeKey)
		return
	}
	ta.scratch = appendLife(ta.scratch[:0], li)
	pa.sub.SetBytes(ru.lifeKey, ta.scratch)
}

// add moves a count, of which zero is no cell, and says whether it came to zero or from it.
func (pa *party) add(key uint32, n int64) (turned bool) {
	if n == 0 {
		return false
	}
	was, _ := pa.sub.Int(key)
	if was+n == 0 {
		pa.sub.Delete(key)
		return true
	}
	pa.sub.SetInt(key, was+n)
	return was == 0
}
