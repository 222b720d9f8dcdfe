package operator

import (
	"math/bits"

	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// `existing: ramp N%/day` (language.md 5): a subject that was there at the activation A, and for which the condition was
// true then, enters on day floor(100 * hash(playbook, subject) / N), the hash as a share of 1: at A + day * 24h. The
// instant is a cell of the subject, so it survives restarts. Who no longer meets the condition by then does not enter;
// if it becomes true again, that is an edge like any other.

// rampKeeper wakes the subjects that a ramp lets in. Its units are the playbooks.
type rampKeeper struct{ names []string }

func newRampKeeper(rules []*rule) rampKeeper {
	ke := rampKeeper{}
	for _, ru := range rules {
		ke.names = append(ke.names, ru.Name)
	}
	return ke
}

// rampRank is the place of the ramps among the keepers: behind everything that they read.
const rampRank = 9

func (rampKeeper) rank() int { return rampRank }

func (ke rampKeeper) name(kept int) string { return ke.names[kept] }

// rampKey is the cell of the instant (ms) at which a ramp lets a subject in.
func rampKey(ru *rule) uint32 { return topology.Key("ramp/" + ru.Name) }

func (ke rampKeeper) next(ta *Task, pa *party, se *search) error {
	for _, ru := range pa.rules {
		if ru.Start.Existing != playbook.ExistingRamp {
			continue
		}
		if due, ok := pa.sub.Int(rampKey(ru)); ok && !pa.edges(ru).disarmed {
			se.offer(ta.keptUnit(ke, ru.Index, due))
		}
	}
	return nil
}

func (ke rampKeeper) run(ta *Task, pa *party, un unit) (fired bool, err error) {
	ru := ta.rules[un.kept]
	pa.sub.Delete(rampKey(ru))
	if !holds(ru.Start.When, ta.see(pa, un.due)) {
		return false, nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return false, err
	}
	return true, ta.enter(pa, ru, &li, occasion{at: un.due, now: un.due, decidedAt: un.due + ru.Lateness, existing: true})
}

// rampDue is the instant at which the ramp of a playbook lets a subject in.
func (ru *rule) rampDue(subject string) int64 {
	share, _ := bits.Mul64(hashPair(ru.Name, subject), uint64(100*value.Scale))
	day := int64(share) / max(ru.Start.Ramp, 1)
	return ru.activation.At + day*dayMillis
}

// include lets a subject in that was there before the playbook and for which its condition is true: at once, or when the
// ramp comes to it.
func (ta *Task) include(pa *party, ru *rule) error {
	at := ru.activation.At
	if ru.Start.Existing == playbook.ExistingRamp {
		pa.sub.SetInt(rampKey(ru), ru.rampDue(pa.identity()))
		pa.stirred = true
		return nil
	}
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	return ta.enter(pa, ru, &li, occasion{at: at, now: at, decidedAt: at + ru.Lateness, existing: true})
}

// markExisting remembers a subject as if an episode had just closed. One per value of an event has no value to be marked
// for: there is no event at an activation, and `once` knows by itself what was seen.
func (ta *Task) markExisting(pa *party, ru *rule, fr *lang.Frame) error {
	if ru.Again.OfEvent {
		return nil
	}
	at := ru.activation.At
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	per, known := ta.perText(ru, fr)
	if !known {
		return nil
	}
	ta.mark(pa, ru, &li, per, at, at)
	ta.setLife(pa, ru, &li, at)
	return nil
}
