package timeline

import (
	"fmt"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// World is one task in virtual time. It does with the operator what the processor does: savepoint, call, rollback of
// what failed, the firing of what the clock has passed.
type World struct {
	Intents   []*schemas.MessageIntent
	Decisions []*schemas.Decision
	Signals   []*schemas.Signal
	Failures  []Failure

	bundle *playbook.Bundle
	store  *Store
	task   *operator.Task
	clock  int64
	until  int64 // ms, where Finish ended it
	said   []said
	texts  map[string][]playbook.File // of every bundle that ran, by hash
}

// said is a decision or a signal, in the order in which they came out.
type said struct {
	decision *schemas.Decision
	signal   *schemas.Signal
}

// Failure is what would become a dead letter: a record or a timer that was rolled back.
type Failure struct {
	Playbook, Step string // "" when the record itself failed
	EventID        string // "" for a timer
	Err            error
}

// NewWorld begins with an empty memory.
func NewWorld(b *playbook.Bundle) (*World, error) {
	wo := &World{bundle: b, store: NewStore()}
	return wo, wo.resume(b, nil, true)
}

func (wo *World) resume(b *playbook.Bundle, meta []byte, fresh bool) error {
	old := wo.bundle
	b, err := wo.withPins(b, meta)
	if err != nil {
		return err
	}
	wo.bundle = b
	wo.task = operator.NewTask(b, wo.store, wo)
	return wo.task.ResumeFrom(old, meta, wo.clock, fresh)
}

// Restart replaces the process: a new task over the same memory, with another bundle if b is not nil.
func (wo *World) Restart(b *playbook.Bundle) error {
	if b == nil {
		b = wo.bundle
	}
	if err := wo.resume(b, wo.task.AppendMeta(nil), false); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	return nil
}

// activate puts a bundle in the place of one that had no rules, as of an instant (ms).
func (wo *World) activate(b *playbook.Bundle, at int64) error {
	meta := wo.task.AppendMeta(nil)
	wo.bundle = b
	wo.task = operator.NewTask(b, wo.store, wo)
	if err := wo.task.Resume(meta, at, false); err != nil {
		return fmt.Errorf("activate the bundle: %w", err)
	}
	return nil
}

// Sweep judges all silent subjects for new playbooks, a few at a time.
func (wo *World) Sweep(limit int) error {
	for done := false; !done; {
		err := wo.attempt(func() (err error) {
			done, err = wo.task.Sweep(wo.clock, limit)
			return err
		})
		if err == nil {
			continue
		}
		ref, _ := wo.task.Overdue()
		if err := wo.disarm(ref, err); err != nil {
			return err
		}
		done = false
	}
	return nil
}

// Intent takes an intent of the operator.
func (wo *World) Intent(in *schemas.MessageIntent) { wo.Intents = append(wo.Intents, in) }

// Decision takes a decision of the operator.
func (wo *World) Decision(de *schemas.Decision) {
	wo.Decisions = append(wo.Decisions, de)
	wo.said = append(wo.said, said{decision: de})
}

// Signal takes a signal of the operator.
func (wo *World) Signal(si *schemas.Signal) {
	wo.Signals = append(wo.Signals, si)
	wo.said = append(wo.said, said{signal: si})
}

// Clock is the clock of the task.
func (wo *World) Clock() int64 { return wo.clock }

// Advance moves the clock, never back, and fires what it has passed, in the order of the wakes.
func (wo *World) Advance(clock int64) error {
	wo.clock = max(wo.clock, clock)
	for {
		ref, wake, ok := wo.store.Next()
		if !ok || wake.Ready() >= wo.clock {
			wo.task.Forget()
			return nil
		}
		if err := wo.fire(ref, func() error { _, err := wo.task.Fire(ref, wo.clock); return err }); err != nil {
			return err
		}
	}
}

// Read gives an event to the task, after the clock was advanced to what it is with the event.
func (wo *World) Read(ev *schemas.Event, clock int64) error {
	if err := wo.Advance(clock); err != nil {
		return err
	}
	wo.answer(ev)
	err := wo.attempt(func() error { return wo.task.ProcessEvent(ev, wo.clock) })
	if _, overdue := wo.task.Overdue(); err != nil && overdue {
		if err := wo.catchUp(ev); err != nil {
			return err
		}
		err = wo.attempt(func() error { return wo.task.ProcessEvent(ev, wo.clock) })
	}
	if err != nil {
		wo.Failures = append(wo.Failures, Failure{EventID: ev.ID, Err: err})
	}
	return nil
}

// catchUp does what comes before an event one by one, and disarms what fails.
func (wo *World) catchUp(ev *schemas.Event) error {
	for more := true; more; {
		err := wo.attempt(func() (err error) {
			more, err = wo.task.CatchUp(ev, wo.clock)
			return err
		})
		if err == nil {
			continue
		}
		ref, _ := wo.task.Overdue()
		if err := wo.disarm(ref, err); err != nil {
			return err
		}
		more = true
	}
	return nil
}

// End is the instant at which Finish ended the world.
func (wo *World) End() int64 { return wo.until }

// Finish ends the input: W becomes T, everything due by then fires.
func (wo *World) Finish(until int64) error {
	wo.until = until
	end := wo.task.EndClock(until)
	wo.clock = max(wo.clock, end)
	for {
		ref, wake, ok := wo.store.Next()
		if !ok || wake.Ready() >= end {
			return nil
		}
		if err := wo.fire(ref, func() error { _, err := wo.task.FireUntil(ref, until); return err }); err != nil {
			return err
		}
	}
}

func (wo *World) fire(ref topology.Ref, call func() error) error {
	if err := wo.attempt(call); err != nil {
		return wo.disarm(ref, err)
	}
	return nil
}

func (wo *World) disarm(ref topology.Ref, cause error) error {
	name, step, _, ok := wo.task.Rule()
	if !ok {
		return fmt.Errorf("fire: %w", cause)
	}
	wo.Failures = append(wo.Failures, Failure{Playbook: name, Step: step, Err: cause})
	if err := wo.attempt(func() error { return wo.task.Disarm(ref, name, step) }); err != nil {
		return fmt.Errorf("after %w: %w", cause, err)
	}
	return nil
}

// attempt makes a call of the operator; if it fails or panics, everything since is taken back.
func (wo *World) attempt(call func() error) (err error) {
	intents, decisions, signals, told := len(wo.Intents), len(wo.Decisions), len(wo.Signals), len(wo.said)
	wo.store.Savepoint()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
		if err != nil {
			wo.store.Rollback()
			wo.Intents, wo.Decisions, wo.Signals, wo.said = wo.Intents[:intents], wo.Decisions[:decisions], wo.Signals[:signals], wo.said[:told]
		}
	}()
	return call()
}
