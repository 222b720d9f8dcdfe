package playbook_test

import (
	"testing"
	"testing/fstest"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

const manyNames = `
bundle: names
revision: 1
time: {history: complete}
lists: {loud: [chat, call]}
events:
  used:    user_action.feature_used
  login:   user_action.signed_in
  active:  {any: [used, login]}
  chat:    {from: used, where: event.feature == "chat"}
  sso:     {from: used, where: '"sso" == event.feature'}
  chat2:   {from: active, where: event.feature == "chat"}
  loud:    {from: used, where: event.feature in loud}
  call:    {from: used, where: event.feature == "call" and event.count > 1}
  web:     {from: used, where: event.source == "web"}
  app:     {from: used, where: event.source == "app"}
  named:   {from: used, fields: {feature: text from name}}
  named_a: {from: named, where: event.feature == "chat"}
  some:    {any: [chat, login]}
  some_a:  {from: some, where: event.source == "web"}
  not_sso: {from: used, where: event.feature != "sso"}
`

// TestMatchFindsWhatAsksOneByOne: the index by type and by the text of a field finds what judging every event in file order
// finds.
func TestMatchFindsWhatAsksOneByOne(t *testing.T) {
	bu, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(manyNames)}})
	if err != nil {
		t.Fatal(err)
	}
	fr := bu.NewFrame(nil)
	text := func(name, value string) schemas.Field {
		return schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: value}}
	}
	found := 0
	for _, typ := range []string{"feature_used", "signed_in", "else"} {
		for _, feature := range []string{"", "chat", "sso", "call", "none"} {
			for _, source := range []string{"web", "app", ""} {
				for _, name := range []string{"", "chat"} {
					ev := &schemas.Event{Kind: schemas.KindUserAction, Type: typ, Source: source, Account: "a1", Count: int64(len(feature))}
					if feature != "" {
						ev.Own = append(ev.Own, text("feature", feature))
					}
					if name != "" {
						ev.Props = append(ev.Props, text("name", name))
					}
					fr.Event = ev
					var want []*lang.EventDef
					for _, de := range bu.Events {
						if de.Matches(fr, want) {
							want = append(want, de)
						}
					}
					found += len(want)
					if got := eventNames(bu.Match(ev, fr, nil)); got != eventNames(want) {
						t.Errorf("%s of %q by %q, named %q: %s, want %s", typ, feature, source, name, got, eventNames(want))
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d events matched: the test has lost its subject", found)
	}
}
