package playbook

import (
	"strconv"
	"strings"
	"time"

	"holdfast/topology/value"
)

// policies checks the policy document (language.md 9), of which a bundle has at most one.
func (ld *loader) policies() {
	seen := ""
	ld.each("policy", func(doc document) {
		if seen != "" {
			ld.fail(doc.body, "a second policy %s; a bundle has one, and it has %s already", doc.name, seen)
		}
		seen = doc.name
		ld.later(doc.body.line, doc.body.column, "policy "+doc.name)
		ld.policy(doc.body)
	})
}

func (ld *loader) policy(body *node) {
	ke := ld.read(body, "a policy")
	ke.take("policy")
	ld.optionalText(ke, "title")
	ids := map[string]int{}
	if caps := ke.take("caps"); caps != nil {
		ld.mappings(caps, "caps", "[{id: one_a_day, max: 1, per: user, in: 1d}]", func(item *node) { ld.capRule(item, ids) })
	}
	ld.classes(ke, "exempt")
	if when := ke.take("when_capped"); when != nil {
		ld.byClass(when, "when_capped", ld.holdOrDrop)
	}
	if window := ke.take("send_window"); window != nil {
		ld.sendWindow(window)
	}
	if consent := ke.take("consent"); consent != nil {
		ld.byClass(consent, "consent", func(no *node, what string) { ld.name(no, what) })
	}
	if unknown := ke.take("unknown_consent"); unknown != nil {
		ld.oneOf(unknown, "unknown_consent", "allow", "deny")
	}
	if holdout := ke.take("holdout"); holdout != nil {
		ld.holdout(holdout)
	}
	ld.ignoredDuration(ke, "collect")
	if guard := ke.take("blast_guard"); guard != nil {
		ld.blastGuard(guard)
	}
	if recipients := ke.take("recipients"); recipients != nil {
		if inner := ld.read(recipients, "recipients"); inner != nil {
			ld.whole(inner.need("max_per_role", "recipients: {max_per_role: 20}"), "max_per_role", 1)
			inner.done()
		}
	}
	ke.done()
}

// mappings reads a list of mappings.
func (ld *loader) mappings(no *node, what, example string, read func(item *node)) {
	if no.shape != shapeSequence {
		ld.fail(no, "%s is a list: %s", what, example)
		return
	}
	for _, item := range no.items {
		read(item)
	}
}

// capRule checks one cap. A cap that can never be reached, because a tighter one comes first, is lint's business.
func (ld *loader) capRule(no *node, ids map[string]int) {
	ke := ld.read(no, "a cap")
	if ke == nil {
		return
	}
	if id := ke.need("id", "{id: one_a_day, max: 1, per: user, in: 1d}"); id != nil {
		name, ok := ld.name(id, "the id of a cap")
		if line, again := ids[name]; ok && again {
			ld.fail(id, "a second cap %s (the first is in line %d); choose another id", name, line)
		}
		ids[name] = id.line
	}
	ld.whole(ke.need("max", "max: 1"), "max", 1)
	if per := ke.need("per", "per: user"); per != nil {
		ld.oneOf(per, "per", "user", "account")
	}
	if in := ke.need("in", "in: 1d"); in != nil {
		ld.duration(in, "in")
	}
	if clock := ke.take("clock"); clock != nil {
		ld.oneOf(clock, "clock", "rolling", "recipient")
	}
	ld.ignoredDuration(ke, "min_gap")
	ld.classes(ke, "classes")
	ld.listOfNames(ke, "channels", "a channel")
	ke.done()
}

func (ld *loader) ignoredDuration(ke *keys, name string) {
	var millis int64
	ld.optionalDuration(ke, name, &millis)
}

// classWords are the classes of language.md 5.
var classWords = []string{"transactional", "billing", "lifecycle", "expansion", "advocacy", "internal"}

func (ld *loader) classes(ke *keys, name string) {
	no := ke.take(name)
	if no == nil {
		return
	}
	list, _ := ld.texts(no, name)
	for _, item := range list {
		ld.oneOf(item, "a class", classWords...)
	}
}

func (ld *loader) listOfNames(ke *keys, name, what string) {
	no := ke.take(name)
	if no == nil {
		return
	}
	list, _ := ld.texts(no, name)
	for _, item := range list {
		ld.name(item, what)
	}
}

// byClass reads {class: ...}.
func (ld *loader) byClass(no *node, what string, read func(no *node, what string)) {
	ke := ld.read(no, what)
	if ke == nil {
		return
	}
	for _, class := range classWords {
		if entry := ke.take(class); entry != nil {
			read(entry, what+" of "+class)
		}
	}
	ke.done()
}

// holdOrDrop is `hold 24h` or `drop`.
func (ld *loader) holdOrDrop(no *node, what string) {
	text, ok := ld.text(no, what)
	if !ok || text == "drop" {
		return
	}
	word, length, _ := strings.Cut(text, " ")
	if _, isDuration := value.ParseDuration(length); word != "hold" || !isDuration {
		ld.fail(no, "%s is `hold 24h` or `drop`; found %q", what, text)
	}
}

func (ld *loader) sendWindow(no *node) {
	ke := ld.read(no, "send_window")
	if ke == nil {
		return
	}
	for _, name := range []string{"from", "to"} {
		if at := ke.need(name, `send_window: {from: "08:00", to: "20:00"}`); at != nil && !timeOfDay(at.text) {
			ld.fail(at, "%s is a time of day such as \"08:00\"; found %q", name, at.text)
		}
	}
	if days := ke.take("days"); days != nil {
		list, _ := ld.texts(days, "days")
		for _, day := range list {
			ld.oneOf(day, "a day", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
		}
	}
	if zone := ke.take("tz"); zone != nil {
		ld.oneOf(zone, "tz", "recipient", "account")
	}
	if outside := ke.take("outside"); outside != nil {
		ld.oneOf(outside, "outside", "hold", "drop")
	}
	ld.classes(ke, "classes")
	ld.listOfNames(ke, "channels", "a channel")
	ke.done()
}

// timeOfDay says that a text is HH:MM; 24:00 is the end of the day.
func timeOfDay(text string) bool {
	if text == "24:00" {
		return true
	}
	_, err := time.Parse("15:04", text)
	return err == nil && len(text) == len("15:04")
}

func (ld *loader) holdout(no *node) {
	ke := ld.read(no, "holdout")
	if ke == nil {
		return
	}
	if id := ke.need("id", "holdout: {id: global_2026h1, share: 5%, unit: account}"); id != nil {
		ld.name(id, "the id of the holdout")
	}
	ld.percent(ke.need("share", "share: 5%"), "share")
	if unit := ke.take("unit"); unit != nil {
		ld.oneOf(unit, "unit", "account", "user")
	}
	ld.classes(ke, "classes")
	ke.done()
}

// percent reads 5% or 2.5%.
func (ld *loader) percent(no *node, what string) {
	if no == nil {
		return
	}
	text, ok := ld.text(no, what)
	number, isPercent := strings.CutSuffix(text, "%")
	micros, isNumber := value.ParseDecimal(number)
	if whole, err := strconv.ParseInt(number, 10, 64); err == nil {
		micros, isNumber = whole*value.Scale, whole <= 100
	}
	if ok && (!isPercent || !isNumber || micros < 0 || micros > 100*value.Scale) {
		ld.fail(no, "%s is a percentage from 0%% to 100%%; found %q", what, text)
	}
}

func (ld *loader) blastGuard(no *node) {
	ke := ld.read(no, "blast_guard")
	if ke == nil {
		return
	}
	ld.whole(ke.need("max_per_playbook_per_hour", "blast_guard: {max_per_playbook_per_hour: 2000, then: pause}"), "max_per_playbook_per_hour", 1)
	if then := ke.take("then"); then != nil {
		ld.oneOf(then, "then", "pause", "hold")
	}
	ke.done()
}

// whole reads a whole number of at least `least`.
func (ld *loader) whole(no *node, what string, least int64) {
	if no == nil {
		return
	}
	text, ok := ld.text(no, what)
	if n, err := strconv.ParseInt(text, 10, 64); ok && (err != nil || n < least) {
		ld.fail(no, "%s is a whole number from %d on; found %q", what, least, text)
	}
}
