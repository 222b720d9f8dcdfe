package lang

// What the language has and this release does not build is refused by name, never ignored. The hint says what to
// write meanwhile, where there is something.

// notBuilt are the functions, with their hints.
var notBuilt = map[string]string{
	"count":          "total(login) counts over the whole life",
	"top":            "",
	"change":         "",
	"since":          "idle(login) is the time since the last login",
	"until":          "",
	"age":            "",
	"elapsed":        "write the delay with after: on the step",
	"size":           "",
	"evidence":       "",
	"evidence_count": "",
	"evidence_sum":   "",
	"sent":           "",
	"opened":         "",
	"clicked":        "",
	"seen":           "",
	"done":           "",
	"running":        "",
	"segment":        "",
	"signal":         "",
	"exposed":        "",
	"score":          "",
	"tier":           "",
	"log10":          "",
}

// notBuiltPaths are the names and first names of paths.
var notBuiltPaths = map[string]string{
	"key":      "keyed playbooks (for: each NAME by ...) come later",
	"arm":      "experiments come later",
	"score":    "health documents come later",
	"tier":     "health documents come later",
	"stage":    "stages come later",
	"contract": "",
	"invoice":  "",
	"feedback": "",
}

// builtInEvents are the events that the engine makes itself.
var builtInEvents = [...]string{
	"message_sent", "message_delivered", "message_opened", "message_clicked", "message_seen", "message_bounced",
	"message_complained", "message_unsubscribed", "message_failed", "message_expired", "task_done", "request_done",
	"request_failed", "tier_changed", "score_changed", "segment_entered", "segment_left", "signal_raised",
	"signal_cleared", "stage_changed", "evidence_added", "user_added", "user_removed",
}

// BuiltInEvent says that the engine makes events of that name itself.
func BuiltInEvent(name string) bool { return oneOf(name, builtInEvents[:]) }

// NotBuilt is the text of a refusal: "count() is not built yet: total(login) counts over the whole life".
func NotBuilt(what, hint string) string {
	if hint == "" {
		hint = "take it out until the release that has it"
	}
	return what + " is not built yet: " + hint
}
