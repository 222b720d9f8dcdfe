package operator

import (
	"encoding/binary"
	"errors"
	"fmt"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// The bytes of a life. Version 2:
//
//	life     = version(2) flags [entered_at] count episode... count event... count (value at)...
//	episode  = flags more id start_at judged_to-start_at [trigger] [per] [period] [state state_at-start_at]
//	           count value... count step...
//	trigger  = topic partition offset id type occurred_at trace
//	value    = kind bound num text count text...
//	step     = id phase [due_at [decided_at-due_at slot-due_at]] [0 | 1 event] [expires_at-slot marks count (type name)...]
//	event    = event_codec.go
//
// A step that is held has all three instants and perhaps its event, one that is armed only due_at, one that is published
// or recalled what stands last. Version 1, which is still read, has no `more` and what it announces, no events, no values
// and no marks.
//
// Numbers are varints (zigzag where they may be negative), texts are length and bytes. The bytes are canonical: the
// encoding of what was decoded is what was read.

const lifeVersion = 2

// maxCount bounds every list of a cell, so that broken bytes cannot ask for much memory.
const maxCount = 1 << 16

const (
	flagEntered = 1 << iota
	flagArmed
)

const (
	flagOver = 1 << iota
	flagByEvent
	flagExisting
	flagTest
	flagDeaf
	flagTrigger
)

// More flags of an episode, since version 2.
const (
	flagClosing = 1 << iota
	flagPer
	flagPeriod
	flagState
)

// errCell is wrapped by every failure to decode a cell of ours.
var errCell = errors.New("broken cell")

func appendLife(dst []byte, li *life) []byte {
	dst = append(dst, lifeVersion, flags(li.Entered, li.Armed))
	if li.Entered {
		dst = binary.AppendVarint(dst, li.EnteredAt)
	}
	dst = binary.AppendUvarint(dst, uint64(len(li.Episodes)))
	for i := range li.Episodes {
		dst = appendEpisode(dst, &li.Episodes[i])
	}
	dst = binary.AppendUvarint(dst, uint64(len(li.Settling)))
	for _, ev := range li.Settling {
		dst = appendEvent(dst, ev)
	}
	dst = binary.AppendUvarint(dst, uint64(len(li.Values)))
	for _, va := range li.Values {
		dst = binary.AppendVarint(appendText(dst, va.Value), va.At)
	}
	return dst
}

func appendEpisode(dst []byte, ep *episode) []byte {
	dst = append(dst, flags(ep.Over, ep.ByEvent, ep.Existing, ep.Test, ep.Deaf, ep.Trigger != nil),
		flags(ep.Closing, ep.Per != "", ep.Period != "", ep.State != ""))
	dst = appendText(dst, ep.ID)
	dst = binary.AppendVarint(dst, ep.StartAt)
	dst = binary.AppendVarint(dst, ep.JudgedTo-ep.StartAt)
	if tr := ep.Trigger; tr != nil {
		dst = appendText(dst, tr.Topic)
		dst = binary.AppendVarint(dst, int64(tr.Partition))
		dst = binary.AppendVarint(dst, tr.Offset)
		dst = appendText(dst, tr.ID)
		dst = appendText(dst, tr.Type)
		dst = binary.AppendVarint(dst, tr.OccurredAt)
		dst = appendText(dst, ep.Trace)
	}
	for _, text := range []string{ep.Per, ep.Period, ep.State} {
		if text != "" {
			dst = appendText(dst, text)
		}
	}
	if ep.State != "" {
		dst = binary.AppendVarint(dst, ep.StateAt-ep.StartAt)
	}
	dst = binary.AppendUvarint(dst, uint64(len(ep.Captures)))
	for _, va := range ep.Captures {
		dst = appendValue(dst, va)
	}
	dst = binary.AppendUvarint(dst, uint64(len(ep.Steps)))
	for i := range ep.Steps {
		dst = appendStep(dst, &ep.Steps[i])
	}
	return dst
}

func appendStep(dst []byte, ss *stepState) []byte {
	dst = append(appendText(dst, ss.ID), byte(ss.Phase))
	if ss.Phase == dropped {
		return dst
	}
	dst = binary.AppendVarint(dst, ss.DueAt)
	if ss.Phase == armed {
		return dst
	}
	dst = binary.AppendVarint(dst, ss.DecidedAt-ss.DueAt)
	dst = binary.AppendVarint(dst, ss.Slot-ss.DueAt)
	if ss.Phase == held {
		if ss.Event == nil {
			return append(dst, 0)
		}
		return appendEvent(append(dst, 1), ss.Event)
	}
	dst = binary.AppendVarint(dst, ss.ExpiresAt-ss.Slot)
	dst = append(dst, byte(ss.Marks))
	dst = binary.AppendUvarint(dst, uint64(len(ss.To)))
	for _, ad := range ss.To {
		dst = appendText(appendText(dst, ad.Type), ad.Name)
	}
	return dst
}

func appendValue(dst []byte, va value.Value) []byte {
	dst = append(dst, byte(va.Kind), byte(va.Bound))
	dst = binary.AppendVarint(dst, va.Num)
	dst = appendText(dst, va.Text)
	dst = binary.AppendUvarint(dst, uint64(len(va.List)))
	for _, text := range va.List {
		dst = appendText(dst, text)
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

func flags(bits ...bool) byte {
	var fl byte
	for i, bit := range bits {
		if bit {
			fl |= 1 << i
		}
	}
	return fl
}

// decodeLife reads a cell; its strings are copies.
func decodeLife(b []byte) (li life, err error) {
	re := reader{rest: b}
	version := re.byte()
	if version != 1 && version != lifeVersion {
		return life{}, fmt.Errorf("decode episodes: version %d, this program knows %d: %w", version, lifeVersion, errCell)
	}
	fl := re.flags(flagEntered | flagArmed)
	li.Entered, li.Armed = fl&flagEntered != 0, fl&flagArmed != 0
	if li.Entered {
		li.EnteredAt = re.varint()
	}
	for n := re.count(); n > 0 && re.err == nil; n-- {
		li.Episodes = append(li.Episodes, re.episode(version))
	}
	if version > 1 {
		re.settling(&li)
	}
	if err := re.end(); err != nil {
		return life{}, fmt.Errorf("decode episodes: %w", err)
	}
	return li, nil
}

// settling reads what version 2 has behind the episodes.
func (re *reader) settling(li *life) {
	for n := re.count(); n > 0 && re.err == nil; n-- {
		li.Settling = append(li.Settling, re.event())
	}
	for n := re.count(); n > 0 && re.err == nil; n-- {
		va := valueMark{Value: re.text(), At: re.varint()}
		if last := len(li.Values) - 1; last >= 0 && li.Values[last].Value >= va.Value {
			re.fail()
		}
		li.Values = append(li.Values, va)
	}
}

func (re *reader) episode(version byte) (ep episode) {
	fl := re.flags(flagOver | flagByEvent | flagExisting | flagTest | flagDeaf | flagTrigger)
	ep.Over, ep.ByEvent, ep.Existing = fl&flagOver != 0, fl&flagByEvent != 0, fl&flagExisting != 0
	ep.Test, ep.Deaf = fl&flagTest != 0, fl&flagDeaf != 0
	more := byte(0)
	if version > 1 {
		more = re.flags(flagClosing | flagPer | flagPeriod | flagState)
	}
	ep.ID = re.text()
	ep.StartAt = re.varint()
	ep.JudgedTo = ep.StartAt + re.varint()
	if fl&flagTrigger != 0 {
		ep.Trigger = &schemas.EventRef{Topic: re.text(), Partition: re.int32(), Offset: re.varint(), ID: re.text(), Type: re.text(), OccurredAt: re.varint()}
		ep.Trace = re.text()
	}
	re.more(&ep, more)
	for n := re.count(); n > 0 && re.err == nil; n-- {
		ep.Captures = append(ep.Captures, re.value())
	}
	for n := re.count(); n > 0 && re.err == nil; n-- {
		ep.Steps = append(ep.Steps, re.step(version))
	}
	return ep
}

// more reads what the second byte of flags announces.
func (re *reader) more(ep *episode, fl byte) {
	ep.Closing = fl&flagClosing != 0
	for _, part := range []struct {
		flag byte
		text *string
	}{{flagPer, &ep.Per}, {flagPeriod, &ep.Period}, {flagState, &ep.State}} {
		if fl&part.flag == 0 {
			continue
		}
		if *part.text = re.text(); *part.text == "" {
			re.fail()
		}
	}
	if fl&flagState != 0 {
		ep.StateAt = ep.StartAt + re.varint()
	}
}

func (re *reader) step(version byte) (ss stepState) {
	ss.ID = re.text()
	ss.Phase = phase(re.byte())
	switch {
	case ss.Phase == dropped:
	case ss.Phase == armed && version > 1:
		ss.DueAt = re.varint()
	case ss.Phase == held:
		re.slot(&ss)
		if version > 1 && re.flags(1) != 0 {
			ss.Event = re.event()
		}
	case ss.Phase == published, ss.Phase == recalled:
		re.slot(&ss)
		ss.ExpiresAt = ss.Slot + re.varint()
		if version > 1 {
			ss.Marks = lang.Mark(re.byte())
		}
		for n := re.count(); n > 0 && re.err == nil; n-- {
			ss.To = append(ss.To, addressee{Type: re.text(), Name: re.text()})
		}
	default:
		re.fail()
	}
	return ss
}

func (re *reader) slot(ss *stepState) {
	ss.DueAt = re.varint()
	ss.DecidedAt = ss.DueAt + re.varint()
	ss.Slot = ss.DueAt + re.varint()
}

func (re *reader) value() (va value.Value) {
	va.Kind, va.Bound = value.Kind(re.byte()), value.Bound(re.byte())
	if va.Kind > value.List || va.Bound > value.AtMost {
		re.fail()
	}
	va.Num = re.varint()
	va.Text = re.text()
	for n := re.count(); n > 0 && re.err == nil; n-- {
		va.List = append(va.List, re.text())
	}
	return va
}
