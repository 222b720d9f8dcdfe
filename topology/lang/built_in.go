package lang

import (
	"holdfast/schemas"
	"holdfast/topology/value"
)

// The events that no record of a topic brings as it is (language.md 2): receipts of what was sent, under the name of what
// happened, and what the engine makes of its own findings (engine_event.go).

// receiptEvents are made of delivery receipts. The operator puts the name of the event into the type of the receipt
// before it is matched.
var receiptEvents = [...]string{
	"message_sent", "message_delivered", "message_opened", "message_clicked", "message_seen", "message_bounced",
	"message_complained", "message_unsubscribed", "message_failed", "message_expired", "task_done", "request_done", "request_failed",
}

// engineEvents are made of what documents derive.
var engineEvents = [...]string{
	TierChanged, ScoreChanged, SegmentEntered, SegmentLeft, SignalRaised, SignalCleared, StageChanged, EvidenceAdded,
}

// memberEvents are user actions of that name, or made of a profile that appears or is deleted.
var memberEvents = [...]string{UserAdded, UserRemoved}

// BuiltInEvent says that the engine makes events of that name itself.
func BuiltInEvent(name string) bool {
	return oneOf(name, receiptEvents[:]) || oneOf(name, engineEvents[:]) || oneOf(name, memberEvents[:])
}

// receiptFields are the fields of receipt events with the own fields of the record that they come from.
var receiptFields = [...][2]string{
	{"intent_id", "intent_id"}, {"playbook", "playbook"}, {"step", "step"}, {"episode", "episode_id"}, {"key", "key"},
	{"template", "template"}, {"channel", "channel"}, {"link", "link"}, {"reference", "reference"},
}

// DeclareBuiltIns makes the built-in events and gives them the first places. Requires: the names of derived knowledge are
// declared, so that a text that a field can never have is noticed.
func (na *Names) DeclareBuiltIns() []*EventDef {
	var defs []*EventDef
	add := func(de *EventDef) *EventDef {
		de.Index, de.BuiltIn = len(defs), true
		defs = append(defs, de)
		if !de.Hidden {
			na.Events[de.Name] = de
		}
		return de
	}
	for _, name := range receiptEvents {
		add(&EventDef{Name: name, Kind: schemas.KindReceipt, Type: name, Fields: na.receiptFields(), Canonical: "receipt." + name})
	}
	for _, name := range engineEvents {
		add(&EventDef{Name: name, Kind: schemas.KindEngine, Type: name, Fields: na.engineFields(name), Canonical: "engine." + name})
	}
	for _, name := range memberEvents {
		action := add(&EventDef{Name: "user_action." + name, Kind: schemas.KindUserAction, Type: name, Fields: commonFields(), Canonical: "user_action." + name, Hidden: true})
		profile := add(&EventDef{Name: "engine." + name, Kind: schemas.KindEngine, Type: name, Fields: commonFields(), Canonical: "engine." + name, Hidden: true})
		add(&EventDef{Name: name, Any: []*EventDef{action, profile}, Fields: commonFields(), Canonical: name})
	}
	return defs
}

// builtIns are built-in events by name; those of a vocabulary that has none are left out.
func (na *Names) builtIns(names ...string) (defs []*EventDef) {
	for _, name := range names {
		if de := na.Events[name]; de != nil {
			defs = append(defs, de)
		}
	}
	return defs
}

func (na *Names) receiptFields() []FieldDef {
	fields := commonFields()
	for _, pair := range receiptFields {
		field := newField(pair[0], pair[1], value.Text, ownReader(pair[1], value.Text))
		if pair[0] == "playbook" {
			field.values = sortedNames(na.Playbooks)
		}
		fields = append(fields, field)
	}
	return fields
}

func (na *Names) engineFields(name string) []FieldDef {
	fields := EngineRecord(name)
	for i := range fields {
		fields[i].values = na.engineValues(name, fields[i].Name)
	}
	return fields
}

// engineValues are the texts that a field of an engine event can have; nil: any.
func (na *Names) engineValues(event, field string) []string {
	switch event + "." + field {
	case "tier_changed.direction":
		return []string{"first", "up", "down"}
	case "score_changed.direction":
		return []string{"up", "down"}
	case "tier_changed.from", "tier_changed.to":
		return na.allTiers()
	case "tier_changed.health", "score_changed.health":
		return sortedNames(na.Healths)
	case "segment_entered.segment", "segment_left.segment":
		return sortedNames(na.Segments)
	case "signal_raised.signal", "signal_cleared.signal":
		return sortedNames(na.Signals)
	case "signal_raised.kind", "signal_cleared.kind":
		return []string{"risk", "opportunity"}
	case "stage_changed.from", "stage_changed.to":
		return append(append([]string{}, na.Stages[ScopeAccount]...), na.Stages[ScopeUser]...)
	}
	return nil
}

func (na *Names) allTiers() []string {
	tiers := []string{}
	for _, name := range sortedNames(na.Healths) {
		for _, tier := range na.Healths[name].Tiers {
			if !oneOf(tier, tiers) {
				tiers = append(tiers, tier)
			}
		}
	}
	return tiers
}
