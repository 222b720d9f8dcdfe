package lang

// What the language has and this release does not build is refused by name, never ignored. The hint says what to
// write meanwhile, where there is something.

// notBuilt are the functions, with their hints.
var notBuilt = map[string]string{}

// NotBuilt is the text of a refusal: "count() is not built yet: total(login) counts over the whole life".
func NotBuilt(what, hint string) string {
	if hint == "" {
		hint = "take it out until the release that has it"
	}
	return what + " is not built yet: " + hint
}
