package playbook

import (
	"regexp"
	"strings"
	"time"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// adder is something that adds evidence at once when evidence is added: a playbook that logs, a document of evidence.
type adder struct {
	name    string
	user    bool                         // it is of users: what has no user it does not see
	ofUser  bool                         // what it adds is of a user
	records []string                     // what it may add
	adds    func(record string) []string // what it adds for certain when evidence of a record is added
}

// sees says that it sees what another one adds.
func (ad *adder) sees(other *adder) bool { return !ad.user || other.ofUser }

// adders lists those of the bundle, but for some playbooks.
func (ld *loader) adders(but map[string]bool) (list []adder) {
	ce := certainty{frame: ld.bundle.NewFrame(func(string) (*time.Location, error) { return time.UTC, nil })}
	ce.frame.Account = noCells{}
	for _, doc := range ld.bundle.Documents {
		if ev, ok := doc.(*Evidence); ok {
			user := ev.Scope == lang.ScopeUser
			list = append(list, adder{ev.Title(), user, user, ev.ids(), func(record string) []string { return ce.collects(ev, record) }})
		}
	}
	for _, pb := range ld.bundle.Playbooks {
		if user := pb.Each == lang.ScopeUser; pb.neverRests() && !but[pb.Name] {
			list = append(list, adder{pb.Name, user, user && ld.usersLog(), pb.logged(), func(record string) []string { return ce.logs(pb, record) }})
		}
	}
	return list
}

func (ev *Evidence) ids() (records []string) {
	for i := range ev.Records {
		records = append(records, ev.Records[i].ID)
	}
	return records
}

// rounds are the chains of evidence that come back to where they began.
type rounds struct {
	nodes   []adder
	refused map[string]bool // nodes of a round that is refused already
}

// hop is one evidence_added of a chain, and who adds the next one for it.
type hop struct {
	record string
	by     *adder
}

// from is a round that a node is in; nil if there is none, or it is refused already.
func (ro *rounds) from(name string) []hop {
	first := ro.named(name)
	if first == nil || ro.refused[name] {
		return nil
	}
	for _, record := range ro.records() {
		if round := ro.follow([]hop{{record, first}}, map[hop]bool{}); round != nil {
			for _, ho := range round {
				ro.refused[ho.by.name] = true
			}
			return round
		}
	}
	return nil
}

func (ro *rounds) named(name string) *adder {
	for i := range ro.nodes {
		if ro.nodes[i].name == name {
			return &ro.nodes[i]
		}
	}
	return nil
}

// records are all that anybody may add.
func (ro *rounds) records() (list []string) {
	for i := range ro.nodes {
		list = append(list, ro.nodes[i].records...)
	}
	return list
}

// follow extends a chain until it comes back to its first record. A hop that was followed already leads nowhere.
func (ro *rounds) follow(chain []hop, seen map[hop]bool) []hop {
	last := chain[len(chain)-1]
	if seen[last] {
		return nil
	}
	seen[last] = true
	for _, record := range last.by.adds(last.record) {
		if record == chain[0].record && chain[0].by.sees(last.by) {
			return chain
		}
		for i := range ro.nodes {
			if !ro.nodes[i].sees(last.by) {
				continue
			}
			if round := ro.follow(append(chain[:len(chain):len(chain)], hop{record, &ro.nodes[i]}), seen); round != nil {
				return round
			}
		}
	}
	return nil
}

func describeRound(round []hop) string {
	var parts []string
	for _, ho := range round {
		parts = append(parts, "evidence_added of "+ho.record, ho.by.name)
	}
	return strings.Join(append(parts, "evidence_added of "+round[0].record), " -> ")
}

// certainty judges what is true of an evidence_added of which only the record is known. What it cannot tell is not certain.
type certainty struct{ frame *lang.Frame }

// logs are the records that a playbook logs for one.
func (ce certainty) logs(pb *Playbook, record string) (records []string) {
	if !ce.takesAny(pb.Start.Events, record) || !ce.holds(pb.Start.If, record) {
		return nil
	}
	return pb.logged()
}

// collects are the records that a document of evidence makes of one.
func (ce certainty) collects(ev *Evidence, record string) (records []string) {
	for i := range ev.Records {
		if re := &ev.Records[i]; ce.takes(re.Event, record) && ce.holds(re.If, record) {
			records = append(records, re.ID)
		}
	}
	return records
}

func (ce certainty) takesAny(events []*lang.EventDef, record string) bool {
	for _, de := range events {
		if ce.takes(de, record) {
			return true
		}
	}
	return false
}

func (ce certainty) takes(de *lang.EventDef, record string) bool {
	if de == nil || !ce.holds(de.Where, record) {
		return false
	}
	if de.Any != nil {
		return ce.takesAny(de.Any, record)
	}
	return de.Kind == schemas.KindEngine && de.Type == lang.EvidenceAdded
}

// ofRecord is a condition that asks for nothing but the record.
var ofRecord = regexp.MustCompile(`^(event\.record|"[^"]*"|==|!=|\(|\)|\b(and|or|not|in)\b|\s)+$`)

func (ce certainty) holds(pr *lang.Program, record string) bool {
	if pr == nil {
		return true
	}
	if !ofRecord.MatchString(pr.Source) {
		return false
	}
	ce.frame.Event = &schemas.Event{
		Kind: schemas.KindEngine, Source: lang.EngineSource, Type: lang.EvidenceAdded, Count: 1,
		Own: []schemas.Field{{Name: "record", Value: schemas.Value{Kind: schemas.String, Text: record}}},
	}
	return pr.Eval(ce.frame).Truth() == value.Yes
}

// noCells is a subject of whom nothing is known.
type noCells struct{}

// Int implements topology.Cells.
func (noCells) Int(uint32) (int64, bool) { return 0, false }

// Bytes implements topology.Cells.
func (noCells) Bytes(uint32) ([]byte, bool) { return nil, false }
