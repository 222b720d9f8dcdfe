package playbook

import (
	"sort"
	"strings"
	"time"

	"holdfast/topology/lang"
)

// CheckTests reads the `test:` documents against the bundle and lists what is wrong with them, with places and
// suggestions: a test that names a playbook, step, user or event that is not there would pass or fail for nothing.
func (bu *Bundle) CheckTests() error { return bu.checkTests(nil) }

// checkTests is CheckTests with somebody who hears which keys there are.
func (bu *Bundle) checkTests(heard func(what string, words []string)) error {
	tc := &testCheck{loader: newLoader(bu.Files), on: bu}
	tc.heard = heard
	for _, file := range bu.Files {
		tc.file = file.Name
		documents, _ := parseDocuments(file.Name, file.Text) // its errors refused the bundle already
		for _, body := range documents {
			if body.shape == shapeMapping && len(body.entries) > 0 && body.entries[0].key == "test" {
				tc.test(body)
			}
		}
	}
	if len(tc.problems) == 0 {
		return nil
	}
	return tc.problems.sorted()
}

// testCheck reads test documents with the tools of the loader.
type testCheck struct {
	*loader
	on              *Bundle
	accounts, users map[string]bool // of the test at hand
	said            map[string]bool // every text that is given: ids that events bring along
}

func (tc *testCheck) test(body *node) {
	ke := tc.read(body, "a test")
	if title := ke.take("test"); title == nil {
		tc.fail(body, "a test needs a title: test: a login stops the mail")
	}
	if clock := ke.take("clock"); clock != nil {
		tc.oneOf(clock, "clock", "event")
	}
	if history := ke.take("history"); history != nil && history.text != "complete" {
		tc.instant(history, "history")
	}
	tc.ignoredDuration(ke, "lateness")
	if arms := ke.take("arms"); arms != nil {
		tc.read(arms, "arms")
	}
	tc.subjects(ke)
	if given := ke.take("given"); given != nil {
		tc.mappings(given, "given", "[{at: 2026-03-01T09:00Z, login: u1}]", tc.given)
	}
	if until := ke.take("until"); until != nil {
		tc.instant(until, "until")
	}
	if expect := ke.need("expect", "expect: [{none: inactivity}]"); expect != nil {
		tc.mappings(expect, "expect", "[{intent: inactivity/d7, user: u1}]", tc.expect)
	}
	ke.done()
}

// subjects reads who there is, and collects every text that is given.
func (tc *testCheck) subjects(ke *keys) {
	tc.accounts, tc.users, tc.said = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, part := range []struct {
		key  string
		into map[string]bool
	}{{"accounts", tc.accounts}, {"users", tc.users}} {
		no := ke.take(part.key)
		if no == nil {
			continue
		}
		if profiles := tc.read(no, part.key); profiles != nil {
			for _, name := range profiles.order {
				part.into[name] = true
				tc.profile(profiles.entries[name].value, part.key == "users")
			}
		}
	}
	if given := ke.at.entry("given"); given != nil {
		given.collect(tc.said)
	}
}

// collect notes every text below a node, and the parts of account/user.
func (no *node) collect(into map[string]bool) {
	into[no.text] = true
	for _, part := range strings.Split(no.text, "/") {
		into[part] = true
	}
	for _, item := range no.items {
		item.collect(into)
	}
	for _, en := range no.entries {
		en.value.collect(into)
	}
}

func (tc *testCheck) profile(no *node, ofUser bool) {
	ke := tc.read(no, "a profile")
	if ke == nil {
		return
	}
	account := ke.take("account")
	switch {
	case ofUser && account == nil:
		tc.fail(no, "a user belongs to an account: {account: a1}")
	case account != nil && !ofUser:
		tc.fail(account, "an account is no member of an account; take it out")
	case account != nil:
		tc.accounts[account.text] = true
	}
	for _, key := range []string{"time_zone", "locale", "roles", "consents"} {
		ke.take(key)
	}
	if traits := ke.take("traits"); traits != nil {
		tc.traits(tc.read(traits, "traits"), nil)
	}
	if created := ke.take("created_at"); created != nil {
		tc.instant(created, "created_at")
	}
	ke.done()
}

// instant reads 2026-03-01T09:00Z, with seconds or without, or a date.
func (tc *testCheck) instant(no *node, what string) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if _, err := time.Parse(layout, no.text); err == nil {
			return
		}
	}
	tc.fail(no, "%s is an instant such as 2026-03-01T09:00Z; found %q", what, no.text)
}

// given reads one line: an event of somebody, or a change of a profile.
func (tc *testCheck) given(no *node) {
	ke := tc.read(no, "a given")
	if ke == nil {
		return
	}
	at, every := ke.take("at"), ke.take("every")
	switch {
	case at == nil && every == nil && !ke.mentions("at"):
		tc.fail(no, "when is it? write at: 2026-03-01T09:00Z, or every: 1d with from and to")
	case at != nil && every != nil:
		tc.fail(every, "at is one instant, every is many: one of them")
	case every != nil:
		tc.every(every, ke)
	}
	for _, key := range []string{"at", "arrives", "from", "to"} {
		if instant := ke.take(key); instant != nil {
			tc.instant(instant, key)
		}
	}
	if backfill := ke.take("backfill"); backfill != nil {
		tc.flag(backfill, "backfill")
	}
	with, set := ke.take("with"), ke.take("set")
	event := tc.happening(ke)
	if with != nil && event != "" {
		tc.with(with, event)
	}
	if set != nil && event != "" {
		tc.set(set, event)
	}
}

func (tc *testCheck) every(every *node, ke *keys) {
	if millis, ok := tc.duration(every, "every"); ok && millis <= 0 {
		tc.fail(every, "every is a duration such as 1d; found %q", every.text)
	}
	ke.need("from", "from: 2026-03-01T09:00Z, the first time")
	ke.need("to", "to: 2026-03-15T09:00Z, the last time")
}

// happening reads the one key that names the event; "" if it is not one.
func (tc *testCheck) happening(ke *keys) string {
	tc.tell(ke.what, ke.known)
	var events []entry
	for _, name := range ke.order {
		if !contains(ke.known, name) {
			events = append(events, ke.entries[name])
		}
	}
	switch len(events) {
	case 0:
		tc.fail(ke.at, "nothing happens in this line; write the event and whose it is: {at: 2026-03-01T09:00Z, login: u1}")
		return ""
	case 1:
	default:
		tc.failAt(events[1].line, events[1].column, "two events in a line, %s and %s; split it", events[0].key, events[1].key)
		return ""
	}
	en := events[0]
	if en.key != "profile" {
		tc.givenEvent(en)
	}
	list := en.value.items
	if en.value.shape == shapeScalar {
		list = []*node{en.value}
	}
	for _, subject := range list {
		tc.subject(subject)
	}
	return en.key
}

func (tc *testCheck) givenEvent(en entry) {
	var names []string
	for _, de := range tc.on.Events {
		if de.Hidden {
			continue
		}
		if de.Name != en.key {
			names = append(names, de.Name)
			continue
		}
		if lang.MadeByEngine(de) {
			tc.failAt(en.line, en.column, "the engine makes %s itself; give what causes it", en.key)
		}
		return
	}
	sort.Strings(names)
	tc.failAt(en.line, en.column, "unknown event %s%s", en.key, lang.Suggest(en.key, names))
}

// subject is a user, an account, or account/user for somebody without a profile.
func (tc *testCheck) subject(no *node) {
	if no.text == "none" {
		tc.fail(no, "an event without an account is delivered by links, which this release does not run")
		return
	}
	if tc.accounts[no.text] || tc.users[no.text] || strings.Contains(no.text, "/") {
		return
	}
	tc.fail(no, "nobody is called %s%s; name it under users: or accounts:, or write account/user", no.text, lang.Suggest(no.text, tc.everybody()))
}

func (tc *testCheck) everybody() []string {
	return append(sortedKeys(tc.accounts), sortedKeys(tc.users)...)
}
