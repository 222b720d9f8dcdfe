package timeline

import (
	"testing"

	"holdfast/schemas"
)

const thanksWhoever = `
bundle: thanks
revision: 1
time: {lateness: 10m, history: complete}
events: {used: user_action.feature_used}
---
playbook: thanks
for: each account
class: lifecycle
to: start.user_id
start: {event: used}
again: always
steps: [{id: tip, send: tip, data: {feature: start.feature}}]
`

// TestAMessageIsInTheLanguageOfWhoeverBeganIt: of the user of the start event the event itself says locale and zone, unless
// something newer is known; what it does not say the user's profile does, then the account's.
func TestAMessageIsInTheLanguageOfWhoeverBeganIt(t *testing.T) {
	own := func(locale, zone string) (fields []schemas.Field) {
		for _, fi := range [][2]string{{"feature", "x"}, {"locale", locale}, {"time_zone", zone}} {
			if fi[1] != "" {
				fields = append(fields, schemas.Field{Name: fi[0], Value: schemas.Value{Kind: schemas.String, Text: fi[1]}})
			}
		}
		return fields
	}
	profile := func(kind, user, locale string, ms int64) *schemas.Event {
		return &schemas.Event{Kind: schemas.KindProfile, Type: kind, Account: "a1", User: user, At: ms, OccurredAt: ms, ID: kind, Source: "profiles", Own: own(locale, "")}
	}
	for name, tc := range map[string]struct {
		before       []*schemas.Event
		said         []schemas.Field
		locale, zone string
	}{
		"the event says it":        {nil, own("de", "Europe/Berlin"), "de", "Europe/Berlin"},
		"nobody says it":           {nil, own("", ""), "", ""},
		"an older profile":         {[]*schemas.Event{profile("user", "u1", "fr", at(1, 0))}, own("de", ""), "de", ""},
		"only the profile":         {[]*schemas.Event{profile("user", "u1", "fr", at(1, 0))}, own("", ""), "fr", ""},
		"a newer profile":          {[]*schemas.Event{profile("user", "u1", "fr", at(9, 0))}, own("de", "Europe/Berlin"), "fr", "Europe/Berlin"},
		"the account's, then none": {[]*schemas.Event{profile("account", "", "it", at(1, 0))}, own("", ""), "it", ""},
	} {
		t.Run(name, func(t *testing.T) {
			wo := begun(t, load(t, thanksWhoever))
			used := action("feature_used", at(2, 0))
			used.Own = tc.said
			read(t, wo, append(tc.before, used, action("signed_in", at(3, 0)))...)
			if len(wo.Intents) != 1 {
				t.Fatalf("%d intents, want 1", len(wo.Intents))
			}
			if in := wo.Intents[0]; in.Locale != tc.locale || in.TimeZone != tc.zone {
				t.Errorf("locale %q, zone %q, want %q, %q", in.Locale, in.TimeZone, tc.locale, tc.zone)
			}
		})
	}
}
