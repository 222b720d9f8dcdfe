package playbook

// The mappings of derived knowledge (language.md 8).

// derivedKeys are those that all documents of derived knowledge begin with.
func derivedKeys(kind, forms string, more ...key) []key {
	own := []key{
		{name: kind, form: "name", about: "the name of the document", need: true},
		{name: "title", form: "text", about: titleAbout},
		{name: "for", form: forms, about: "whose it is", need: true},
	}
	return append(own, more...)
}

func healthMapping() mapping {
	return mapping{what: "a health document", about: "A score of measures, and the tiers that it falls into.", keys: derivedKeys("health", eachForm,
		key{name: "range", form: "list of number", about: "[lowest, highest]; [0, 100] if absent"},
		key{name: "needs", form: "condition", about: "until it holds score and tier are unknown (observed() >= 14d)"},
		key{name: "main", form: "flag", about: "gives score and tier; one document for each subject is"},
		key{name: "measures", form: "names of measure", about: "name: a list of lines, the first true one counts", need: true},
		key{name: "tiers", form: "list of a tier", about: "from the worst to the best"},
		key{name: "settle", form: "settle of a health document", about: "how long a change of tier must last"},
		key{name: "snapshot", form: "one of daily", about: "a record a day even without a change"},
	)}
}

func measureMapping() mapping {
	return mapping{what: "a measure", about: "Lines, and the points while they are unknown.", keys: []key{
		{name: "unknown", form: "number", about: "points where a line before the first true one is unknown"},
		{name: "lines", form: "list of a line of a measure", about: "the first true one counts", need: true},
	}}
}

func lineMapping() mapping {
	return mapping{what: "a line of a measure", about: "Points for a condition; without if it always counts.", keys: []key{
		{name: "if", form: "condition", about: "when it counts"},
		{name: "points", form: "expression", about: "a number, or an expression", need: true},
		{name: "max", form: "number", about: "the most that points may be"},
		{name: "because", form: "text", about: "a sentence with {expressions}"},
	}}
}

func tierMapping() mapping {
	return mapping{what: "a tier", about: "Entered below `below`, left at `until`; the last has neither.", keys: []key{
		{name: "name", form: "name", about: "the tier", need: true},
		{name: "below", form: "number", about: "entered when the score is below"},
		{name: "until", form: "number", about: "left when the score reaches it"},
	}}
}

func healthSettleMapping() mapping {
	return mapping{what: "settle of a health document", about: "How long a change must last.", keys: []key{
		{name: "down", form: "duration", about: "to a worse tier"},
		{name: "up", form: "duration", about: "to a better tier"},
	}}
}

func segmentsMapping() mapping {
	return mapping{what: "a document of segments", about: "Who belongs to which group.", keys: derivedKeys("segments", eachForm,
		key{name: "list", form: "names of a segment", about: "name: {enter, leave, settle}", need: true})}
}

func segmentMapping() mapping {
	return mapping{what: "a segment", about: "Entered when enter is true, left when leave is true, or enter false.", keys: []key{
		{name: "enter", form: "condition", about: "who is in", need: true},
		{name: "leave", form: "condition", about: "who is out again"},
		{name: "settle", form: "duration", about: "how long a change must last"},
	}}
}

func signalsMapping() mapping {
	return mapping{what: "a document of signals", about: "Risks or opportunities.", keys: derivedKeys("signals", eachForm,
		key{name: "kind", form: "one of risk|opportunity", about: "what they are", need: true},
		key{name: "list", form: "names of a signal", about: "name: {raise, clear, because, settle}", need: true})}
}

func signalMapping() mapping {
	return mapping{what: "a signal", about: "Raised when raise is true, cleared when clear is true, or raise false.", keys: []key{
		{name: "raise", form: "condition", about: "when it is raised", need: true},
		{name: "clear", form: "condition", about: "when it is cleared"},
		{name: "settle", form: "duration", about: "how long a change must last"},
		{name: "because", form: "text", about: "a sentence with {expressions}"},
	}}
}

func stagesMapping() mapping {
	return mapping{what: "a document of stages", about: "The first line that is true.", keys: derivedKeys("stages", eachForm,
		key{name: "dwell", form: "duration", about: "at most one change in it"},
		key{name: "list", form: "list of a stage", about: "the last without is", need: true})}
}

func stageMapping() mapping {
	return mapping{what: "a stage", about: "A stage and when it holds.", keys: []key{
		{name: "name", form: "name", about: "the stage; a name may stand twice", need: true},
		{name: "is", form: "condition", about: "when it holds; the last has none"},
	}}
}

func evidenceMapping() mapping {
	return mapping{what: "a document of evidence", about: "What counts as value that the customer got.", keys: derivedKeys("evidence", eachForm,
		key{name: "keep", form: "whole", about: "how many of the newest items are kept (20)"},
		key{name: "records", form: "list of a record of evidence", about: "what becomes an item"})}
}

func recordMapping() mapping {
	return mapping{what: "a record of evidence", about: "Makes an item of an event.", keys: []key{
		{name: "id", form: "name", about: "the record", need: true},
		{name: "event", form: "text", about: "the event", need: true},
		{name: "if", form: "condition", about: "only such events"},
		{name: "value", form: "expression", about: "the number"},
		{name: "unit", form: "text", about: "of the value"},
		{name: "goal", form: "name", about: "the customer's goal"},
		{name: "text", form: "text", about: "a sentence with {expressions}"},
	}}
}

func monthlyMapping() mapping {
	return mapping{what: "a monthly document", about: "One record for each account and month.", keys: derivedKeys("monthly", "one of each account",
		key{name: "close", form: "duration", about: "revised until so long after the month"},
		key{name: "fields", form: "names of expression", about: "more columns"})}
}
