package operator

import (
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/schemas"
	"holdfast/topology/playbook"
)

const aboutAccounts = `
bundle: about
revision: 1
time: {lateness: 10m, history: complete}
events: {used: user_action.used}
---
playbook: quiet
for: each account
class: internal
to: team("csm")
start: {when: idle(used) >= 7d}
again: after used
steps: [{id: note, task: note}]
`

// TestWhoOpensAUser: the record of a user is touched only when somebody wants to know something of them.
func TestWhoOpensAUser(t *testing.T) {
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(aboutAccounts)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		trusts bool
		ev     schemas.Event
		want   bool
	}{
		{"an action whose id is remembered", false, schemas.Event{Kind: schemas.KindUserAction, Type: "used", ID: "1"}, true},
		{"ids are trusted", true, schemas.Event{Kind: schemas.KindUserAction, Type: "used", ID: "1"}, false},
		{"the id is the position", false, schemas.Event{Kind: schemas.KindUserAction, Type: "used", ID: "1", IDIsPosition: true}, false},
		{"a user is added", true, schemas.Event{Kind: schemas.KindUserAction, Type: "user_added", ID: "1"}, true},
		{"a profile", true, schemas.Event{Kind: schemas.KindProfile, ID: "1"}, true},
		{"an action that names a zone nobody asks for", true, schemas.Event{Kind: schemas.KindUserAction, Type: "used", ID: "1", Own: []schemas.Field{{Name: "time_zone", Value: schemas.Value{Kind: schemas.String, Text: "Europe/Berlin"}}}}, false},
		{"an action that could name a zone", true, schemas.Event{Kind: schemas.KindUserAction, Type: "used", ID: "1", Own: []schemas.Field{{Name: "time_zone"}}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ta := NewTask(bundle, nil, nil)
			if tc.trusts {
				ta.TrustIDs()
			}
			tc.ev.Account, tc.ev.User = "a1", "u1"
			if got := ta.opensUser(&tc.ev); got != tc.want {
				t.Errorf("opensUser = %v, want %v", got, tc.want)
			}
		})
	}
}

// TestWhoseZoneIsKept: what actions say of a user is kept where a message goes to users whom no start event names.
func TestWhoseZoneIsKept(t *testing.T) {
	for to, want := range map[string]bool{`team("csm")`: false, `role("admin")`: true, "start.user_id": false, "start.seen_by": true} {
		text := strings.NewReplacer(`to: team("csm")`, "to: "+to, "{when: idle(used) >= 7d}", "{event: used}", "again: after used", "again: always",
			"events: {used: user_action.used}", "events: {used: {from: user_action.used, fields: {seen_by: text}}}").Replace(aboutAccounts)
		bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(text)}})
		if err != nil {
			t.Fatal(err)
		}
		ta := NewTask(bundle, nil, nil)
		ta.TrustIDs()
		ev := schemas.Event{Kind: schemas.KindUserAction, Type: "used", Account: "a1", User: "u1",
			Own: []schemas.Field{{Name: "time_zone", Value: schemas.Value{Kind: schemas.String, Text: "Europe/Berlin"}}}}
		if got := ta.opensUser(&ev); got != want {
			t.Errorf("to: %s: opensUser = %v, want %v", to, got, want)
		}
	}
}
