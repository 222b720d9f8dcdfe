package holdfast_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/schemas"
	"holdfast/state"
	"holdfast/topology"
	"holdfast/topology/operator"
	"holdfast/topology/playbook"
)

// exampleBundle is the one that the cells of FORMATS.md are shown with.
const exampleBundle = `
bundle: example
revision: 1
time: {history: complete}
events:
  login: user_action.signed_in
---
playbook: inactivity
for: each user
class: lifecycle
start: {when: idle(login) >= 7d, if: distinct(login.day) > 0, existing: ignore}
again: after login
steps: [{id: d7, send: quiet_7d, to: role("admin")}]
`

// cellNames are the names behind the keys of the example, as the table of cells spells them.
var cellNames = []string{"judged", "episodes.open", "generation", "observed.since", "member", "member.at", "members.count", "members.count/admin", "users",
	"consent/offers", "rule/inactivity", "episode/inactivity", "running/inactivity", "fact.role:text", "fact.role:text@", "fact.roles:list", "fact.roles:list@",
	"last(user_action.signed_in)", "distinct(user_action.signed_in#day)", "distinct(user_action.signed_in#day)+"}

// TestFormatsShowsTheCellsOfAnAccount runs the example bundle over two records and a timer and looks for every cell that
// they leave in FORMATS.md: the name, what its key is made of, and the value.
func TestFormatsShowsTheCellsOfAnAccount(t *testing.T) {
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(exampleBundle)}})
	if err != nil {
		t.Fatal(err)
	}
	store, sunday := exampleStore{}, int64(1_772_960_400_000)
	task := operator.NewTask(bundle, store, silentSink{})
	if err := task.Resume(nil, sunday, true); err != nil {
		t.Fatal(err)
	}
	profile := schemas.Event{Kind: schemas.KindProfile, Type: "user", Account: "a1", User: "u1", OccurredAt: sunday, At: sunday, Profile: schemas.Profile{
		Roles: []string{"admin"}, HasRoles: true, Consents: []schemas.Field{{Name: "offers", Value: schemas.Value{Kind: schemas.String, Text: "denied"}}}}}
	login := schemas.Event{Kind: schemas.KindUserAction, Type: "signed_in", Account: "a1", User: "u1", Count: 1, OccurredAt: sunday + 1, At: sunday + 1}
	for _, ev := range []*schemas.Event{&profile, &login} {
		if err := task.ProcessEvent(ev, ev.At); err != nil {
			t.Fatal(err)
		}
	}
	ann := topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"}
	if fired, err := task.Fire(ann, sunday+8*24*60*60*1000); err != nil || !fired {
		t.Fatalf("the timer of a week of silence: fired %v, %v", fired, err)
	}
	formats := formatsText(t)
	if !strings.Contains(formats, strings.TrimSpace(exampleBundle)) {
		t.Error("docs/FORMATS.md shows another bundle")
	}
	for _, line := range store.lines(t) {
		if !strings.Contains(formats, "\n"+line+"\n") {
			t.Errorf("docs/FORMATS.md lacks\n%s", line)
		}
	}
}

// exampleStore is the memory of the example's task.
type exampleStore map[topology.Ref]foldedSubject

// Open implements topology.Store.
func (es exampleStore) Open(ref topology.Ref) topology.Subject {
	if _, ok := es[ref]; !ok {
		es[ref] = foldedSubject{cells: &state.Record{}}
	}
	return es[ref]
}

// Scan implements topology.Store: there was nobody before the task.
func (es exampleStore) Scan(topology.Ref, func(topology.Ref) bool) error { return nil }

// lines are the cells as FORMATS.md shows them.
func (es exampleStore) lines(t *testing.T) []string {
	t.Helper()
	names := map[uint32]string{}
	for _, name := range cellNames {
		names[topology.Key(name)] = name
	}
	var lines []string
	for ref, sub := range es {
		sub.cells.Each(func(key uint32, number int64, bytes []byte) {
			text := fmt.Sprint(number)
			if bytes != nil {
				text = spaced(bytes)
			}
			if names[key] == "" {
				t.Errorf("%c %q has a cell %08x (%s) that cellNames does not name", ref.Kind, ref.ID, key, text)
			}
			lines = append(lines, strings.TrimRight(fmt.Sprintf(" %c %-7s%-40s%s", ref.Kind, ref.ID, names[key], text), " "))
		})
	}
	slices.Sort(lines)
	return lines
}

// silentSink takes what is decided and keeps none of it: the cells are what the example is about.
type silentSink struct{}

// Intent implements topology.Sink.
func (silentSink) Intent(*schemas.MessageIntent) {}

// Decision implements topology.Sink.
func (silentSink) Decision(*schemas.Decision) {}

// Signal implements topology.Sink.
func (silentSink) Signal(*schemas.Signal) {}
