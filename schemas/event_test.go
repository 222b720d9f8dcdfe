package schemas

import "testing"

// A reused event starts empty, keeps its room, and gives back what one record alone needed.
func TestResetKeepsTheRoomOfUsualRecords(t *testing.T) {
	ev := &Event{Kind: KindBilling, ID: "e1", IDIsPosition: true, Count: 3, Own: make([]Field, 3), Props: make([]Field, keptItems+1),
		Profile: Profile{Roles: make([]string, 2), HasRoles: true, Deleted: true}}
	ev.Reset()
	if ev.Kind != KindNone || ev.ID != "" || ev.IDIsPosition || ev.Count != 0 || ev.Profile.HasRoles || ev.Profile.Deleted {
		t.Errorf("something is left: %+v", ev)
	}
	if len(ev.Own) != 0 || cap(ev.Own) != 3 || cap(ev.Profile.Roles) != 2 {
		t.Errorf("the buffers are not kept empty: %+v", ev)
	}
	if cap(ev.Props) != 0 {
		t.Errorf("room for %d properties is kept", cap(ev.Props))
	}
}

// Whatever a profile said is forgotten, also if it said nothing else.
func TestResetForgetsEveryPartOfAProfile(t *testing.T) {
	for name, pr := range map[string]Profile{"roles": {Roles: []string{"admin"}}, "no roles": {HasRoles: true}, "deleted": {Deleted: true},
		"created": {CreatedAt: 5}, "consents": {Consents: make([]Field, 1)}, "channels": {Channels: make([]Field, 1)}} {
		ev := &Event{Kind: KindProfile, Profile: pr}
		ev.Reset()
		if got := ev.Profile; got.HasRoles || got.Deleted || got.CreatedAt != 0 || len(got.Roles)+len(got.Consents)+len(got.Channels) > 0 {
			t.Errorf("%s: %+v is left", name, got)
		}
	}
}

func TestFieldsAreFoundByName(t *testing.T) {
	ev := Event{Own: []Field{{Name: "plan", Value: Value{Kind: String, Text: "pro"}}}}
	if va, ok := ev.OwnField("plan"); !ok || va.Text != "pro" {
		t.Error("own field not found")
	}
	if _, ok := ev.Prop("plan"); ok {
		t.Error("own field found as a property")
	}
}
