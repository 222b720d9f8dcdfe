package operator

import (
	"cmp"
	"fmt"
	"slices"

	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// Pinned episodes (`pin: true`, language.md 5) keep the text they began with. When a bundle comes with another text of
// their playbook, a task is given the old one beside the new (playbook.Bundle.With), as a rule that nobody enters, and the
// open episodes of each subject go over to it before anything else happens to the subject (keepPinned): from then on they
// lie in a cell of their own, and everything that is done for the episodes of a rule is done for them.
//
// The task remembers which old texts it needs, and of which bundle (Pin), until the last of their episodes must have
// ended. The bundle's text is in holdfast.bundles.
//
// Rejected: the old bundle as a whole beside the new one. What an event, a fact or a metric is would then depend on the
// episode that asks, and each would be folded twice.

// Pin is the text of a playbook that pinned episodes go on in.
type Pin struct {
	Playbook, Version string
	Bundle            string // hash of the bundle that has it
	Until             int64  // ms: none of its episodes is open after it
}

func (pi *Pin) append(dst []byte) []byte {
	for _, text := range []string{pi.Playbook, pi.Version, pi.Bundle} {
		dst = appendText(dst, text)
	}
	return appendVarints(dst, pi.Until)
}

func (me *meta) decodePins(re *reader) {
	for n := re.count(); n > 0 && re.err == nil; n-- {
		me.Pins = append(me.Pins, Pin{Playbook: re.text(), Version: re.text(), Bundle: re.text(), Until: re.varint()})
	}
}

// Pins lists the old texts that a task needs beside a bundle: encoded is its meta, old the bundle that wrote its state, nil
// if nobody knows it, clock that of the task (ms). Those of playbooks that the bundle does not have wait for their return.
func Pins(encoded []byte, old, is *playbook.Bundle, clock int64) (needed []Pin, err error) {
	me, err := decodeMeta(encoded)
	if err != nil {
		return nil, fmt.Errorf("read the pins of a task: %w", err)
	}
	for _, pi := range me.pins(old, is, clock) {
		if playbookNamed(is, pi.Playbook) != nil {
			needed = append(needed, pi)
		}
	}
	return needed, nil
}

// pins are those of the meta that still matter, and those that another bundle makes.
func (me *meta) pins(old, is *playbook.Bundle, clock int64) (pins []Pin) {
	for _, pi := range me.Pins {
		if clock <= pi.Until {
			pins = append(pins, pi)
		}
	}
	if old == nil {
		return pins
	}
	for _, pb := range old.Playbooks {
		now := playbookNamed(is, pb.Name)
		if !pb.Pin || pb.Retired || now == nil || now.Version == pb.Version {
			continue
		}
		pin := Pin{Playbook: pb.Name, Version: pb.Version, Bundle: old.Hash, Until: clock + pb.Ends + goneKept}
		pins = slices.DeleteFunc(pins, func(pi Pin) bool { return pi.Playbook == pin.Playbook && pi.Version == pin.Version })
		pins = append(pins, pin)
	}
	slices.SortFunc(pins, func(a, b Pin) int {
		return cmp.Or(cmp.Compare(a.Playbook, b.Playbook), cmp.Compare(a.Version, b.Version))
	})
	return pins
}

func playbookNamed(bu *playbook.Bundle, name string) *playbook.Playbook {
	for _, pb := range bu.Playbooks {
		if pb.Name == name && !pb.Retired {
			return pb
		}
	}
	return nil
}

// pinned is the edit of a playbook whose open episodes stay as they began: what is left of it is for new entries.
func (ed edit) pinned(old *playbook.Playbook) edit {
	return edit{Playbook: ed.Playbook, What: ed.What&editStart | editPinned, From: old.Version}
}

// linkRetired gives each rule those that it was for pinned episodes.
func (ta *Task) linkRetired() {
	for _, old := range ta.rules {
		if old.Retired {
			ru := ta.ruleNamed(old.Name)
			ru.retired = append(ru.retired, old)
		}
	}
}

// keepPinned lets the open episodes of a subject go over to the text they began with, for edits since the generation
// that the subject knows. Whatever lies in the cell of the playbook then began before the first of them.
func (ta *Task) keepPinned(pa *party, ru *rule, of int64) error {
	if len(ru.retired) == 0 || !pa.hasOpen() {
		return nil
	}
	for i := range ta.meta.Edits {
		ed := &ta.meta.Edits[i]
		if ed.Playbook != ru.Name || ed.Generation <= of || ed.What&editPinned == 0 {
			continue
		}
		if old := ru.asOf(ed.From); old != nil {
			return ta.goOver(pa, ru, old, ed.At)
		}
		return nil // none of them can be open any more
	}
	return nil
}

// asOf is the rule of an older text of the playbook; nil if there is none.
func (ru *rule) asOf(version string) *rule {
	for _, old := range ru.retired {
		if old.Version == version {
			return old
		}
	}
	return nil
}

// checkPins refuses to go on without a text that pinned episodes need.
func (ta *Task) checkPins(me *meta) error {
	for _, pi := range me.Pins {
		if ru := ta.ruleNamed(pi.Playbook); ru != nil && ru.asOf(pi.Version) == nil {
			return fmt.Errorf("there is no text of %v", pi)
		}
	}
	return nil
}

// goOver moves the episodes that are not over. What goes on and how much stays the same, so no count moves.
func (ta *Task) goOver(pa *party, from, to *rule, at int64) error {
	cell, ok := pa.sub.Bytes(from.lifeKey)
	if !ok {
		return nil
	}
	left, err := decodeLife(cell) // as it was: the newest text's `moved` is not for them
	if err != nil {
		return fmt.Errorf("load playbook %s: %w", from.Name, err)
	}
	kept, err := pa.life(to)
	if err != nil {
		return err
	}
	goes := func(ep episode) bool { return !ep.Over }
	for _, ep := range left.Episodes {
		if goes(ep) {
			kept.Episodes = append(kept.Episodes, ep)
		}
	}
	left.Episodes = slices.DeleteFunc(left.Episodes, goes)
	left.was, kept.was = left.load(), kept.load()
	ta.setLife(pa, from, &left, at)
	ta.setLife(pa, to, &kept, at)
	return nil
}

// refusedByPinned says why a subject may not enter while an episode of it goes on in an older text; "" if it may.
func (ta *Task) refusedByPinned(pa *party, ru *rule, per string) (why string, err error) {
	if ru.Again.Kind == playbook.AgainAlways || !pa.hasOpen() {
		return "", nil
	}
	for _, old := range ru.retired {
		li, err := pa.life(old)
		if err != nil {
			return "", err
		}
		if ru.Again.Kind == playbook.AgainPer && !li.openOf(per) || li.open() == 0 {
			continue
		}
		return "a pinned episode is open, of the playbook as it was", nil
	}
	return "", nil
}

// versionOf is the rule that has the episode at which something failed: that of an older text, or the newest.
func (ta *Task) versionOf(pa *party, ru *rule, failed at) *rule {
	for _, old := range ru.retired {
		li, err := pa.life(old)
		if err == nil && failed.ok && slices.ContainsFunc(li.Episodes, func(ep episode) bool { return !ep.Over && ep.ID == failed.episode }) {
			return old
		}
	}
	return ru
}

// String says for people what a pin is.
func (pi Pin) String() string {
	return fmt.Sprintf("playbook %s of bundle %.12s, for pinned episodes until %s", pi.Playbook, pi.Bundle, value.OfTime(pi.Until))
}
