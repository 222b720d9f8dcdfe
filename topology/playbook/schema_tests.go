package playbook

// The mappings of test documents (language.md 13).

func testMapping() mapping {
	return mapping{what: "a test", about: "A golden timeline: what is given, and what must come of it.", keys: []key{
		{name: "test", form: "text", about: "what it shows, in a sentence", need: true},
		{name: "clock", form: "one of event", about: "virtual time follows the events"},
		{name: "history", form: "text", about: "complete (the default), or since when the inputs hold everything"},
		{name: "lateness", form: "duration", about: "instead of the bundle's"},
		{name: "arms", form: "names of text", about: "experiment: arm; the first if absent"},
		{name: "accounts", form: "profiles", about: "account: profile"},
		{name: "users", form: "profiles", about: "user: profile, with its account"},
		{name: "given", form: "list of a given", about: "events and profiles, in any order"},
		{name: "until", form: "text", about: "when the clock ends: 2026-04-01T00:00Z"},
		{name: "expect", form: "list of an expectation", about: "all of them must hold"},
	}}
}

func profileMapping() mapping {
	return mapping{what: "a profile", about: "What is known before the first event.", keys: []key{
		{name: "account", form: "text", about: "of a user"},
		{name: "time_zone", form: "text", about: "such as Europe/Berlin"},
		{name: "locale", form: "text", about: "such as de-DE"},
		{name: "created_at", form: "text", about: "2026-01-01T00:00Z"},
		{name: "roles", form: "list of text", about: "of a user"},
		{name: "traits", form: "anything", about: "name: value"},
		{name: "consents", form: "names of text", about: "category: granted or denied"},
	}}
}

func givenMapping() mapping {
	return mapping{what: "a given", about: "EVENT: subject with its time, or profile: subject with set. A subject is a user, an account, account/user, or none.", keys: []key{
		{name: "at", form: "text", about: "when it happens: 2026-03-01T09:00Z"},
		{name: "arrives", form: "text", about: "when it is read, if later"},
		{name: "every", form: "duration", about: "again and again, with from and to"},
		{name: "from", form: "text", about: "the first instant of every"},
		{name: "to", form: "text", about: "the last instant of every"},
		{name: "with", form: "anything", about: "field: value"},
		{name: "set", form: "anything", about: "(profile) field: value"},
		{name: "backfill", form: "flag", about: "history that starts nothing"},
	}}
}

func expectationMapping() mapping {
	return mapping{what: "an expectation", about: "One of intent, none, count, cancel, decision, signal, and what it must be like.",
		exactly: [][]string{{"intent"}, {"none"}, {"count"}, {"cancel"}, {"decision"}, {"signal"}}, keys: []key{
			{name: "intent", form: "text", about: "playbook/step: there is such a message"},
			{name: "none", form: "text", about: "playbook or playbook/step: there is no message"},
			{name: "count", form: "text", about: "playbook/step: how many messages (is)"},
			{name: "cancel", form: "text", about: "playbook/step: there is such a cancel"},
			{name: "decision", form: "one of entered|not_entered|skipped|missed|held|capped|blocked|held_out|lost|withdrawn|stopped|expired|no_recipient|published|cancelled|regret|ended", about: "there is such a decision"},
			{name: "signal", form: "text", about: "score/NAME, tier/NAME, segment/N, signal/N, stage, evidence/GOAL"},
			{name: "at", form: "text", about: "(signal) as of then"},
			{name: "is", form: "anything", about: "the number, or the value; unknown for none"},
			{name: "playbook", form: "text", about: "(decision) of this playbook"},
			{name: "step", form: "text", about: "(decision) of this step"},
			{name: "user", form: "text", about: "the recipient of a message, the subject of a decision"},
			{name: "account", form: "text", about: "of this account"},
			{name: "to", form: "text", about: "the recipient: team:csm"},
			{name: "due", form: "text", about: "when it was due"},
			{name: "decided", form: "text", about: "when it was decided"},
			{name: "not_before", form: "text", about: "its slot"},
			{name: "expires", form: "text", about: "when it expires"},
			{name: "template", form: "text", about: "by this template"},
			{name: "arm", form: "text", about: "of this arm"},
			{name: "key", form: "text", about: "of this key"},
			{name: "episode", form: "text", about: "of this episode"},
			{name: "why", form: "text", about: "a part of the reason"},
			{name: "data", form: "anything", about: "name: value, those that matter"},
		}}
}
