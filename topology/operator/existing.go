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
	me, err := decodeMeta(encoded)
	if err != nil {
		return fmt.Errorf("resume task: %w", err)
	}
	known := me
	me.Activations = nil
	for _, ru := range ta.rules {
		ac, ok := known.find(ru.Name)
		if !ok {
			ac = activation{Playbook: ru.Name, Generation: known.Generation, At: clock}
			if !fresh {
				ac.Generation++
				me.Generation, me.Sweeping, me.Cursor = known.Generation+1, true, topology.Ref{}
			}
		}
		ru.activation = ac
		me.Activations = append(me.Activations, ac)
	}
	ta.meta = me
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
	for _, ru := range pa.rules {
		if ru.activation.Generation <= of || ru.Start.When == nil || pa.edges(ru).disarmed {
			continue
		}
		if err := ta.judgeExisting(pa, ru); err != nil {
			return err
		}
	}
	return ta.rearm(pa)
}

// judgeExisting sets the baseline of a condition at the activation, and does what `existing` says with a subject for
// which it is true. Unknown never enters; `mark` also marks where the history to tell is missing.
func (ta *Task) judgeExisting(pa *party, ru *rule) error {
	at := ru.activation.At
	ta.judging(ru, nil, "", at)
	fr := ta.see(pa, at)
	is := truth(ru.Start.When, fr)
	pa.setEdges(ru, edges{start: is == value.Yes, cursor: at})
	marks := is == value.Yes || is == value.Maybe && !lang.Complete(fr, ru.Each)
	if ru.Start.Existing == playbook.ExistingMark && marks {
		li, err := pa.life(ru)
		if err != nil {
			return err
		}
		ta.mark(pa, ru, &li, at, at)
		ta.setLife(pa, ru, &li, at)
		return nil
	}
	if ru.Start.Existing != playbook.ExistingInclude || is != value.Yes {
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	return ta.enter(pa, ru, &li, occasion{at: at, now: at, decidedAt: at + ru.Lateness, existing: true})
}
