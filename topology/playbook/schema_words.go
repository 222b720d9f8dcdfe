package playbook

// The mappings of a bundle and its vocabulary (language.md 1 and 2).

func bundleMapping() mapping {
	own := []key{
		{name: "bundle", form: "name", about: "the name of the bundle; one document of the folder has it", need: true},
		{name: "title", form: "text", about: titleAbout},
		{name: "revision", form: "whole", about: "rises with every change that goes live"},
		{name: "time", form: "time", about: "lateness, zones, since when the inputs hold everything"},
	}
	return mapping{what: "a bundle", about: "The one document that names the bundle.", keys: append(own, vocabularyKeys()...)}
}

func vocabularyMapping() mapping {
	own := []key{{name: "vocabulary", form: "name", about: "the name of this part of the vocabulary", need: true}, {name: "title", form: "text", about: titleAbout}}
	return mapping{what: "a vocabulary", about: "The words that playbooks use.", keys: append(own, vocabularyKeys()...)}
}

func vocabularyKeys() []key {
	return []key{
		{name: "events", form: "names of event", about: "name: TOPIC.TYPE, or {from, where, fields}, or {any}; each may use those above it"},
		{name: "facts", form: "facts", about: "what is known of an account, user, contract, invoice or feedback: name: TYPE [from SOURCE] [default LITERAL]"},
		{name: "metrics", form: "metrics", about: "named expressions"},
		{name: "lists", form: "names of literals", about: "name: [a, b]"},
		{name: "maps", form: "names of pairs", about: "name: {left: right}"},
		{name: "sets", form: "sets", about: "live sets: what was added and not removed"},
		{name: "links", form: "names of a link", about: "events with a foreign id and no account"},
	}
}

func timeMapping() mapping {
	return mapping{what: "time", about: "The bundle's sense of time.", keys: []key{
		{name: "lateness", form: "duration", about: "how long after its due instant a rule of time waits for late events (10m)"},
		{name: "future_skew", form: "duration", about: "how far ahead of its arrival an event may claim to be (5m)"},
		{name: "max_skew", form: "duration", about: "an input further ahead of the slowest one is paused (1h)"},
		{name: "default_tz", form: "text", about: "the zone of those who have none, such as Europe/Berlin (UTC)"},
		{name: "history", form: "text", about: "complete, or since when the inputs hold everything: 2026-01-01T00:00Z"},
	}}
}

func eventMapping() mapping {
	return mapping{what: "an event", about: "An event that is narrowed, or any of several.", exactly: [][]string{{"from"}, {"any"}}, keys: []key{
		{name: "from", form: "text", about: "TOPIC.TYPE (topics user_action, billing, support), or an event above"},
		{name: "where", form: "condition", about: "only events of which this is true; sees event.*, lists and literals"},
		{name: "fields", form: "names of text", about: "properties: TYPE [from PROPERTY] with the types bool int decimal text time date duration"},
		{name: "any", form: "list of text", about: "events; the fields that all of them have"},
	}}
}

func factsMapping() mapping {
	return mapping{what: "facts", about: "Typed facts; the newest value wins.", keys: []key{
		{name: "account", form: "names of fact", about: "account.NAME"},
		{name: "user", form: "names of fact", about: "user.NAME"},
		{name: "contract", form: "names of fact", about: "contract.NAME"},
		{name: "invoice", form: "names of fact", about: "invoice.NAME"},
		{name: "feedback", form: "names of fact", about: "feedback.NAME"},
	}}
}

func chooseMapping() mapping {
	return mapping{what: "a fact {choose: ..}", about: "The first element with fewer than at_least uses.", keys: []key{
		{name: "choose", form: "text", about: "a list, or a map (then: the right side of the first pair whose left side is used and whose right side is not)", need: true},
		{name: "used", form: "text", about: "EVENT.FIELD that counts as a use", need: true},
		{name: "in", form: "duration", about: "the time in which uses count", need: true},
		{name: "at_least", form: "whole", about: "how many uses are enough (1)"},
	}}
}

func metricsMapping() mapping {
	return mapping{what: "metrics", about: "Named expressions of an account or user.", keys: []key{
		{name: "account", form: "names of choice", about: "account.NAME in a playbook for users"},
		{name: "user", form: "names of choice", about: "NAME in a playbook for users"},
	}}
}

func setsMapping() mapping {
	return mapping{what: "sets", about: "Live sets.", keys: []key{{name: "account", form: "names of a set", about: "account.NAME, for size() and contains"}}}
}

func setMapping() mapping {
	return mapping{what: "a set", about: "The newest add or remove of an element holds.", keys: []key{
		{name: "add", form: "text", about: "EVENT.FIELD", need: true},
		{name: "remove", form: "text", about: "EVENT.FIELD", need: true},
	}}
}

func linkMapping() mapping {
	return mapping{what: "a link", about: "Events with a foreign id, delivered to every account and key that was learned for it.", keys: []key{
		{name: "events", form: "names", about: "the events that have no account", need: true},
		{name: "id", form: "expression", about: "the foreign id in them", need: true},
		{name: "learn", form: "learn", about: "where ids become known", need: true},
	}}
}

func learnMapping() mapping {
	return mapping{what: "learn", about: "The event that brings a foreign id and a key together.", keys: []key{
		{name: "event", form: "names", about: "the event", need: true},
		{name: "if", form: "condition", about: "only such events"},
		{name: "id", form: "expression", about: "the foreign id", need: true},
		{name: "key", form: "expression", about: "the key of the subject", need: true},
	}}
}
