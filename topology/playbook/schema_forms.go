package playbook

// scalarForms are the schemas of what is no mapping of keys.
func scalarForms() map[string]any {
	either := func(list ...map[string]any) map[string]any { return map[string]any{"anyOf": asList(list)} }
	typed := func(types ...string) map[string]any { return map[string]any{"type": types} }
	pattern := func(text, about string) map[string]any {
		return map[string]any{"type": "string", "pattern": text, "description": about}
	}
	scalar := typed("string", "number", "boolean")
	mapOf := func(item map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": item}
	}
	listOf := func(item map[string]any) map[string]any { return map[string]any{"type": "array", "items": item} }
	choiceOf := func(line map[string]any) map[string]any {
		return map[string]any{
			"type": "object", "required": []string{"by"}, "properties": map[string]any{"by": reference("expression")}, "additionalProperties": line,
			"description": "{by: expression, VALUE: .., else: ..}",
		}
	}
	return map[string]any{
		"text":       scalar,
		"name":       pattern("^[a-z][a-z0-9_]*$", "a name: small letters, digits and _"),
		"names":      either(typed("string"), listOf(typed("string"))),
		"number":     typed("number"),
		"whole":      typed("integer"),
		"flag":       typed("boolean"),
		"duration":   pattern("^([0-9]+[wdhms])+$", "7d, 12h, 1d12h, 90s"),
		"percent":    pattern("^[0-9]+(\\.[0-9]+)?%$", "5% or 2.5%"),
		"clock":      pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", "HH:MM in quotes"),
		"expression": map[string]any{"type": []string{"string", "number", "boolean"}, "description": "an expression: total(login) / 2"},
		"condition":  map[string]any{"type": []string{"string", "boolean"}, "description": "a condition: idle(login) >= 7d and account.plan == \"pro\""},
		"choice":     either(reference("expression"), choiceOf(reference("expression"))),
		"templates":  either(reference("name"), choiceOf(reference("name"))),
		"literals":   listOf(typed("string", "number")),
		"pairs":      mapOf(scalar),
		"each":       pattern("^each (account|user|[a-z][a-z0-9_]* by event\\.[a-z][a-z0-9_]*( and event\\.[a-z][a-z0-9_]*)*)$", "each account, each user, each NAME by event.F [and event.G]"),
		"existing":   pattern("^(ignore|mark|include|ramp [0-9.]+%/day)$", "ignore, mark, include or ramp 5%/day"),
		"day":        map[string]any{"enum": dayWords()},
		"capped":     pattern("^(drop|hold ([0-9]+[wdhms])+)$", "drop, or hold 24h"),
		"event":      either(pattern("^[a-z0-9_.]+$", "TOPIC.TYPE"), reference("an event")),
		"fact":       either(typed("string"), reference("a fact {choose: ..}"), choiceOf(scalar)),
		"measure":    either(listOf(reference("a line of a measure")), reference("a measure")),
		"move":       either(typed("string"), reference("a move to a state")),
		"durations": map[string]any{
			"type": "object", "propertyNames": reference("duration"), "additionalProperties": typed("string"), "description": "7d: state",
		},
		"channels": either(typed("string"), listOf(typed("string")), reference("via")),
		"profiles": mapOf(reference("a profile")),
		"subjects": either(typed("string"), listOf(typed("string"))),
		"anything": map[string]any{"description": "as the event or record has it"},
	}
}

func asList(list []map[string]any) (all []any) {
	for _, one := range list {
		all = append(all, one)
	}
	return all
}

// dayWords are the days of a schedule.
func dayWords() (words []any) {
	for _, word := range weekdays {
		words = append(words, word)
	}
	for day := 1; day <= 28; day++ {
		words = append(words, day)
	}
	return append(words, "last")
}
