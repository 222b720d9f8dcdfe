package playbook

// The mappings of a playbook (language.md 5 and 6).

func playbookMapping() mapping {
	return mapping{what: "a playbook", about: "Who is told what, when, and until when.", exactly: [][]string{{"steps"}, {"states"}}, keys: []key{
		{name: "playbook", form: "name", about: "the name; dedupe keys begin with it", need: true},
		{name: "title", form: "text", about: titleAbout},
		{name: "owner", form: "text", about: "who answers for it"},
		{name: "for", form: "each", about: "each account, each user, or each NAME by event.F [and event.G]", need: true},
		{name: "class", form: classForm, about: "for policy and expiry", need: true},
		{name: "priority", form: "choice", about: "0 to 100, 50 if absent; of several messages to a user the highest goes first"},
		{name: "urgent", form: "flag", about: "does not wait for rivals; consent, caps and windows still bind"},
		{name: "lateness", form: "duration", about: "instead of the bundle's"},
		{name: "to", form: "names", about: "recipients of all steps: user, role(\"r\"), a or b, [a, b], start.user_id, team() channel() system()"},
		{name: "start", form: "start", about: "what makes an episode begin", need: true},
		{name: "again", form: "text", about: "never, always, every D, after EVENT or condition, per PATH [every D]"},
		{name: "remember", form: "duration", about: "how long a closed episode of a value is remembered (400d)"},
		{name: "missed", form: "one of skip|send", about: "a step that is past its expiry when it is reached"},
		{name: "vars", form: "names of choice", about: "names for expressions of this playbook"},
		{name: "experiment", form: "experiment", about: "arms by a hash, kept from the first exposure"},
		{name: "stop", form: "list of a stop", about: "what ends the episode; published messages get a cancel"},
		{name: "steps", form: "list of a step", about: "all relative to the start, beside each other"},
		{name: "first", form: "text", about: "the initial state"},
		{name: "states", form: "names of a state", about: "a journey"},
		{name: "always", form: "list of a step", about: "steps with an event, in every state that is not final"},
		{name: "goal", form: "goal", about: "what counts as success; ends nothing"},
		{name: "ends", form: "duration", about: "the longest episode (365d)"},
		{name: "moved", form: "names of text", about: "removed state: the state that its episodes go to"},
		{name: "pin", form: "flag", about: "episodes keep the bundle that they began with"},
	}}
}

func startMapping() mapping {
	return mapping{what: "start", about: "Exactly one of event, when, schedule.", exactly: [][]string{{"event"}, {"when"}, {"schedule"}}, keys: []key{
		{name: "event", form: "names", about: "an event, or a list; each one is an occasion"},
		{name: "when", form: "condition", about: "the edge from false to true"},
		{name: "schedule", form: "schedule", about: "a calendar in the subject's zone"},
		{name: "if", form: "condition", about: "judged once, after the event is folded; false loses the occasion"},
		{name: "once", form: "flag", about: "only the subject's first such event"},
		{name: "settle", form: "duration", about: "judge if and stops so long after the event"},
		{name: "match", form: "one of user|account|key", about: "whose events count"},
		{name: "existing", form: "existing", about: "subjects that were there before: ignore, mark (remember as reached), include, ramp N%/day"},
	}}
}

func scheduleMapping() mapping {
	return mapping{what: "schedule", about: "A calendar in the subject's zone.", keys: []key{
		{name: "each", form: "one of day|week|month|quarter", about: "the period", need: true},
		{name: "day", form: "day", about: "mon to sun, 1 to 28, or last"},
		{name: "at", form: "clock", about: "HH:MM in quotes", need: true},
	}}
}

func experimentMapping() mapping {
	return mapping{what: "experiment", about: "An arm is a hash of id and unit.", keys: []key{
		{name: "id", form: "name", about: "the name by which arms are drawn", need: true},
		{name: "unit", form: "one of account|user", about: "who is in an arm as a whole", need: true},
		{name: "arms", form: "names of whole", about: "arm: weight", need: true},
		{name: "holdout", form: "percent", about: "who gets nothing"},
	}}
}

func stopMapping() mapping {
	own := []key{
		{name: "id", form: "name", about: "the id of its action; the event's name if absent"},
		{name: "event", form: "names", about: "ends the episode at one of these"},
		{name: "when", form: "condition", about: "or when this is true"},
		{name: "match", form: "one of user|account|key", about: "whose events count"},
		{name: "if", form: "condition", about: "only then"},
		{name: "contacted", form: "flag", about: "the action only if a message of the episode was published"},
	}
	return mapping{what: "a stop", about: "Ends the episode, then does its action if it has one.", exactly: [][]string{{"event"}, {"when"}}, keys: append(own, actionKeys()...)}
}

func goalMapping() mapping {
	return mapping{what: "goal", about: "What counts as success.", exactly: [][]string{{"event"}, {"when"}}, keys: []key{
		{name: "event", form: "names", about: "an event, or a list"},
		{name: "when", form: "condition", about: "or when this is true"},
		{name: "if", form: "condition", about: "only then"},
		{name: "match", form: "one of user|account|key", about: "whose events count"},
		{name: "within", form: "duration", about: "tracked so long, also after the episode"},
	}}
}

// actionKeys are what a step and the action of a stop have in common.
func actionKeys() []key {
	return []key{
		{name: "send", form: "templates", about: "a message by this template, or a choice of templates"},
		{name: "task", form: "templates", about: "a task for a person"},
		{name: "notify", form: "templates", about: "a notice to a team or channel"},
		{name: "request", form: "templates", about: "a request to a system"},
		{name: "log", form: "name", about: "adds to the evidence; no message"},
		{name: "value", form: "expression", about: "(log) the number"},
		{name: "unit", form: "text", about: "(log) of the value"},
		{name: "goal", form: "expression", about: "(log) the customer's goal"},
		{name: "text", form: "text", about: "(log) a sentence with {expressions}"},
		{name: "to", form: "names", about: "recipients: user, role(\"r\"), a or b, [a, b], start.user_id, team() channel() system()"},
		{name: "via", form: "channels", about: channelAbout},
		{name: "data", form: "names of choice", about: "name: expression, evaluated at publication"},
		{name: "links", form: "names of choice", about: "name: URL"},
		{name: "expires", form: "duration", about: "not sent later than this after its slot"},
		{name: "priority", form: "choice", about: "instead of the playbook's"},
		{name: "category", form: "name", about: "the consent category"},
		{name: "urgent", form: "flag", about: "does not wait for rivals"},
		{name: "window", form: "one of ignore", about: "not bound to the send window"},
	}
}

func stepMapping() mapping {
	own := []key{
		{name: "id", form: "name", about: "unique in the playbook"},
		{name: "after", form: "choice", about: "7d after the start, or step + 2d"},
		{name: "at", form: "choice", about: "an instant: last(login) + 14d"},
		{name: "event", form: "names", about: "at this event"},
		{name: "when", form: "condition", about: "when this becomes true"},
		{name: "within", form: "duration", about: "a wait ends so long after the start"},
		{name: "once", form: "flag", about: "only the first such event of the episode"},
		{name: "match", form: "one of user|account|key", about: "whose events count"},
		{name: "if", form: "condition", about: "judged when due and at publication; not true = skipped with the reason"},
		{name: "keep", form: "flag", about: "(enter) not withdrawn when the state is left"},
	}
	return mapping{what: "a step", about: "One action with its timing.", exactly: [][]string{{"send"}, {"task"}, {"notify"}, {"request"}, {"log"}}, keys: append(own, actionKeys()...)}
}

func viaMapping() mapping {
	return mapping{what: "via", about: "All of these channels.", keys: []key{{name: "all", form: "names", about: "channels", need: true}}}
}

func stateMapping() mapping {
	return mapping{what: "a state", about: "A state of a journey: a way out of it, or final.", keys: []key{
		{name: "enter", form: "list of a step", about: "steps that are due at the entry, or after it"},
		{name: "events", form: "names of move", about: "event: state, or {to, if}"},
		{name: "after", form: "durations", about: "D: state, from the entry"},
		{name: "goto", form: "list of a goto", about: "[{when, to}], in file order"},
		{name: "final", form: "one of success|dropped", about: "the journey ends here"},
	}}
}

func moveMapping() mapping {
	return mapping{what: "a move to a state", about: "To a state, under a condition.", keys: []key{
		{name: "to", form: "text", about: "the state", need: true},
		{name: "if", form: "condition", about: "only then"},
	}}
}

func gotoMapping() mapping {
	return mapping{what: "a goto", about: "To a state when a condition is true.", keys: []key{
		{name: "when", form: "condition", about: "true at the entry counts", need: true},
		{name: "to", form: "text", about: "the state", need: true},
	}}
}
