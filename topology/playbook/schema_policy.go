package playbook

// The mappings of the policy (language.md 9).

func policyMapping() mapping {
	return mapping{what: "a policy", about: "What binds the messages of all playbooks.", keys: []key{
		{name: "policy", form: "name", about: "the name of the policy; a bundle has one", need: true},
		{name: "title", form: "text", about: titleAbout},
		{name: "caps", form: "list of a cap", about: "how many messages somebody may get"},
		{name: "exempt", form: classesForm, about: "counted, never blocked"},
		{name: "when_capped", form: "when_capped", about: "class: hold D, or drop"},
		{name: "send_window", form: "send_window", about: "when messages may go out"},
		{name: "consent", form: "consent", about: "class: the category that must not be denied"},
		{name: "unknown_consent", form: "one of allow|deny", about: "where nothing is known of a consent (allow)"},
		{name: "holdout", form: "holdout", about: "who gets nothing at all"},
		{name: "collect", form: "duration", about: "how long rivals are waited for (5m)"},
		{name: "blast_guard", form: "blast_guard", about: "a playbook that floods is paused"},
		{name: "recipients", form: "recipients", about: "bounds of recipients"},
	}}
}

func capMapping() mapping {
	return mapping{what: "a cap", about: "At most max messages in a time.", keys: []key{
		{name: "id", form: "name", about: "named in decisions", need: true},
		{name: "max", form: "whole", about: "how many", need: true},
		{name: "per", form: "one of user|account", about: "of whom", need: true},
		{name: "in", form: "duration", about: "in which time", need: true},
		{name: "clock", form: "one of rolling|recipient", about: "rolling, or local calendar days"},
		{name: "min_gap", form: "duration", about: "between two messages"},
		{name: "classes", form: classesForm, about: "binds these classes only"},
		{name: "channels", form: "names", about: "binds these channels only"},
	}}
}

// byClassKeys are one key for each class.
func byClassKeys(form, about string) (keys []key) {
	for _, class := range classWords {
		keys = append(keys, key{name: class, form: form, about: about})
	}
	return keys
}

func whenCappedMapping() mapping {
	return mapping{what: "when_capped", about: "What a cap does to a class.", keys: byClassKeys("capped", "hold D, or drop")}
}

func consentMapping() mapping {
	return mapping{what: "consent", about: "The category of a class.", keys: byClassKeys("name", "the category that must not be denied")}
}

func sendWindowMapping() mapping {
	return mapping{what: "send_window", about: "When messages may go out.", keys: []key{
		{name: "from", form: "clock", about: "HH:MM in quotes", need: true},
		{name: "to", form: "clock", about: "HH:MM in quotes", need: true},
		{name: "days", form: "list of one of mon|tue|wed|thu|fri|sat|sun", about: "all if absent"},
		{name: "tz", form: "one of recipient|account", about: "whose zone"},
		{name: "outside", form: "one of hold|drop", about: "what becomes of a message outside"},
		{name: "classes", form: classesForm, about: "binds these classes only"},
		{name: "channels", form: "names", about: "binds these channels only"},
	}}
}

func holdoutMapping() mapping {
	return mapping{what: "holdout", about: "Who gets nothing at all, to compare with.", keys: []key{
		{name: "id", form: "name", about: "the name by which it is drawn", need: true},
		{name: "share", form: "percent", about: "how many", need: true},
		{name: "unit", form: "one of account|user", about: "who is held out as a whole"},
		{name: "classes", form: classesForm, about: "of these classes only"},
	}}
}

func guardMapping() mapping {
	return mapping{what: "blast_guard", about: "Stops a flood.", keys: []key{
		{name: "max_per_playbook_per_hour", form: "whole", about: "for each task", need: true},
		{name: "then", form: "one of pause|hold", about: "what happens then"},
	}}
}

func recipientsMapping() mapping {
	return mapping{what: "recipients", about: "Bounds of recipients.", keys: []key{{name: "max_per_role", form: "whole", about: "the most people that role() means (20)", need: true}}}
}
