package operator

import (
	"fmt"

	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// Resume continues a task from the meta that AppendMeta gave for its task record, at the clock it had. fresh says that
// the state is empty: nobody was there before any playbook. Playbooks that the task does not know yet are activated at
// the clock: subjects that exist are of a lower generation, and are judged as of then before their next event, at their
// next timer, or by the sweep, whatever comes first.
func (ta *Task) Resume(encoded []byte, clock int64, fresh bool) error {
	return ta.ResumeFrom(nil, encoded, clock, fresh)
}

// ResumeFrom is Resume on state that another bundle wrote: what it changes is followed (edits.go). nil: the same bundle,
// or nobody knows any more; then playbooks that the task knows count as unchanged.
func (ta *Task) ResumeFrom(old *playbook.Bundle, encoded []byte, clock int64, fresh bool) error {
	me, err := decodeMeta(encoded)
	if err != nil {
		return fmt.Errorf("resume task: %w", err)
	}
	news := ta.activate(&me, clock, fresh)
	if fresh || old != nil && old.Hash == ta.bundle.Hash {
		old = nil
	}
	if old != nil {
		if err := ta.lostStates(old); err != nil {
			return err
		}
		ta.noteEdits(&me, old, clock)
		news = true
	}
	me.Pins = me.pins(old, ta.bundle, clock)
	if err := ta.checkPins(&me); err != nil {
		return fmt.Errorf("resume task: %w", err)
	}
	if news {
		me.Generation, me.Sweeping, me.Cursor = me.Generation+1, true, topology.Ref{}
	}
	ta.meta = me
	ta.frame.SlotSince = ta.slotSince()
	ta.begin(clock)
	return nil
}

// AppendMeta encodes what the task has to remember beside its subjects.
func (ta *Task) AppendMeta(dst []byte) []byte { return ta.meta.append(dst) }

// Sweeping says that silent subjects are still to be judged for a new playbook: the processor calls Sweep until it is
// done.
func (ta *Task) Sweeping() bool { return ta.meta.Sweeping }

// Sweep judges the next silent subjects, in key order, as of the activation of the playbooks they have not been judged
// for; at most `limit` of them. The cursor is part of the meta, and moves only when the call succeeds. Requires: a
// savepoint around the call; if it fails, Overdue and Rule name the subject and the playbook to Disarm before it is
// called again.
func (ta *Task) Sweep(clock int64, limit int) (done bool, err error) {
	if !ta.meta.Sweeping {
		return true, nil
	}
	ta.begin(clock)
	refs, more, err := ta.silent(limit)
	if err != nil {
		return false, err
	}
	for _, ref := range refs {
		pa := ta.open(ref)
		ta.judged.overdue, ta.judged.ref = true, ref
		if err := ta.meet(pa); err != nil {
			return false, err
		}
		if pa.stirred {
			if err := ta.rearm(pa); err != nil {
				return false, err
			}
		}
	}
	ta.counts.Swept += int64(len(refs))
	if more {
		ta.meta.Cursor = refs[len(refs)-1]
	} else {
		ta.meta.Sweeping, ta.meta.Cursor = false, topology.Ref{}
	}
	return !more, nil
}

// silent lists the next subjects after the cursor.
func (ta *Task) silent(limit int) (refs []topology.Ref, more bool, err error) {
	err = ta.store.Scan(ta.meta.Cursor, func(ref topology.Ref) bool {
		if ref.Kind == topology.SubjectRoster {
			return true
		}
		if len(refs) == limit {
			more = true
			return false
		}
		refs = append(refs, cloneRef(ref))
		return true
	})
	if err != nil {
		return nil, false, fmt.Errorf("sweep subjects: %w", err)
	}
	return refs, more, nil
}

// meet judges a subject for the playbooks that came since it was judged last. A subject that is new is born under the
// newest generation.
func (ta *Task) meet(pa *party) error {
	if ta.meta.Generation == 0 {
		return nil // Invariant: a task that never met a new playbook has no subject of a lower generation
	}
	of, _ := pa.sub.Int(generationKey)
	if of == ta.meta.Generation {
		return nil
	}
	isNew := pa.sub.Empty()
	pa.sub.SetInt(generationKey, ta.meta.Generation)
	if isNew {
		return nil
	}
	pa.stirred = true
	if pa.ref.Kind == topology.SubjectUser {
		ta.foldRosters(pa) // the new playbooks may name roles that nobody named before
	}
	if err := ta.meetDocuments(pa, of); err != nil {
		return err
	}
	for _, ru := range pa.rules {
		if err := ta.keepPinned(pa, ru, of); err != nil {
			return err
		}
		if ru.Retired || pa.edges(ru).disarmed {
			continue
		}
		if ru.activation.Generation > of {
			if err := ta.judgeExisting(pa, ru); err != nil {
				return err
			}
		}
		if err := ta.followEdits(pa, ru, of); err != nil {
			return err
		}
	}
	return ta.rearm(pa)
}

// judgeExisting sets the baseline of a start at its activation, and does what `existing` says with a subject for which it
// is true. Unknown never enters; `mark` also marks where the history to tell is missing.
func (ta *Task) judgeExisting(pa *party, ru *rule) error {
	if err := ta.forget(pa, ru); err != nil {
		return err
	}
	ta.baseline(pa, ru, ru.activation.At)
	ta.judging(ru, nil, "", ru.activation.At)
	fr := ta.see(pa, ru.activation.At)
	is := ta.wasThere(ru, fr)
	switch ru.Start.Existing {
	case playbook.ExistingMark:
		if is == value.Yes || is == value.Maybe && (ru.Start.When == nil || !lang.Complete(fr, ru.Each)) {
			return ta.markExisting(pa, ru, fr)
		}
	case playbook.ExistingInclude, playbook.ExistingRamp:
		if is == value.Yes && ru.Start.When != nil {
			return ta.include(pa, ru)
		}
	}
	return nil
}

// wasThere says whether what starts a playbook is already so: its condition; that there was such an event, for a start
// that takes the first one only; of other events nobody knows, and a day of a calendar is always ahead.
func (ta *Task) wasThere(ru *rule, fr *lang.Frame) value.Truth {
	switch {
	case ru.Start.When != nil:
		return truth(ru.Start.When, fr)
	case ru.Start.Seen != nil:
		return truth(ru.Start.Seen, fr)
	case ru.Start.Schedule != nil:
		return value.No
	}
	return value.Maybe
}
