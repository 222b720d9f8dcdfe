package lang

// What the language has and this release does not build is refused by name, never ignored. The hint says what to
// write meanwhile, where there is something.

// NotBuilt is the text of a refusal: "a choice {by: ...} is not built yet: write an expression".
func NotBuilt(what, hint string) string {
	if hint == "" {
		hint = "take it out until the release that has it"
	}
	return what + " is not built yet: " + hint
}
