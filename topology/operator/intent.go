package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// intent fills in what a delivery and its cancel have in common. Nothing in it aliases a cell or a record.
func (ta *Task) intent(pa *party, ru *rule, ep *episode, st *playbook.Step, ad addressee, action string) *schemas.MessageIntent {
	key := ta.dedupeKey(pa, ru, ep, st, action, ad)
	in := &schemas.MessageIntent{
		IntentID: schemas.IntentID(key), DedupeKey: key, Kind: kindOf(st.Action),
		AccountID: strings.Clone(pa.ref.Account), Recipient: ad.recipient(),
		Playbook: ru.Name, PlaybookVersion: ru.Version, BundleVersion: ta.bundle.Hash, EpisodeID: ep.ID, Step: st.ID,
		Class: ru.Class, Category: st.Category, ChannelRule: "first_available",
		Test: ep.Test, TraceParent: ep.Trace,
	}
	if st.ViaAll {
		in.ChannelRule = "all"
	}
	in.Locale, in.TimeZone = ta.localeAndZone(pa, ru, ep, ad)
	return in
}

func (ta *Task) dedupeKey(pa *party, ru *rule, ep *episode, st *playbook.Step, action string, ad addressee) string {
	return schemas.DedupeKey(ru.Name, pa.identity(), ep.ID, st.ID, action, ad.part())
}

// kindOf is the kind of the intent that an action makes.
func kindOf(action string) string {
	switch action {
	case "send":
		return "message"
	case "notify":
		return "notice"
	}
	return action // task, request
}

// defaultChannels are the channels of a step that consent has not narrowed.
func defaultChannels(st *playbook.Step) []string {
	switch {
	case len(st.Via) > 0:
		return append([]string(nil), st.Via...)
	case st.Action == "send":
		return []string{"email"}
	case st.Action == "notify":
		return []string{"slack"}
	}
	return nil
}

// stepNamed finds a step; nil if the playbook has none of that name (any more).
func (ru *rule) stepNamed(id string) *playbook.Step {
	if i, ok := ru.byID[id]; ok {
		return ru.Steps[i]
	}
	return nil
}

// data evaluates the values that the template gets. The frame is made anew for each: an expression may move it.
func data(values []playbook.Datum, fr func() *lang.Frame) []schemas.Field {
	if len(values) == 0 {
		return nil
	}
	fields := make([]schemas.Field, len(values))
	for i, da := range values {
		fields[i] = schemas.Field{Name: da.Name, Value: wire(da.Value.Eval(fr()))}
	}
	sortFields(fields)
	return fields
}

// links evaluates the one-click URLs; one that is unknown is left out.
func links(values []playbook.Datum, fr func() *lang.Frame) (list []schemas.Link) {
	for _, da := range values {
		if va := da.Value.Eval(fr()); va.Kind == value.Text {
			list = append(list, schemas.Link{Name: da.Name, URL: strings.Clone(va.Text)})
		}
	}
	return list
}

// goalOf is what counts as the success of an episode, nil if the playbook does not say.
func (ru *rule) goalOf(ep *episode) *schemas.GoalWindow {
	if ru.Goal == nil {
		return nil
	}
	within := ru.Goal.Within
	if within == 0 {
		within = ru.Ends
	}
	return &schemas.GoalWindow{Event: ru.Goal.Text, Until: ep.StartAt + within}
}

// wire is a value as an intent carries it: numbers and bools as they are, a bound as seen, the rest as text.
func wire(va value.Value) schemas.Value {
	switch va.Kind {
	case value.Unknown:
		return schemas.Value{Kind: schemas.Null}
	case value.Bool:
		return schemas.Value{Kind: schemas.Bool, Num: va.Num}
	case value.Int:
		return schemas.Value{Kind: schemas.Long, Num: va.Num}
	case value.Decimal:
		return schemas.Value{Kind: schemas.Double, Float: float64(va.Num) / value.Scale}
	case value.Duration:
		return schemas.Value{Kind: schemas.String, Text: value.FormatDuration(va.Num, "")}
	}
	va.Bound = value.Exact
	return schemas.Value{Kind: schemas.String, Text: strings.Clone(va.String())}
}

func sortFields(fs []schemas.Field) {
	for i := 1; i < len(fs); i++ {
		for j := i; j > 0 && fs[j].Name < fs[j-1].Name; j-- {
			fs[j], fs[j-1] = fs[j-1], fs[j]
		}
	}
}

const defaultPriority = 50

// priority is the step's, else the playbook's, rounded and clamped to 0..100; unknown is 50.
func priority(ru *rule, st *playbook.Step, fr func() *lang.Frame) int32 {
	pr := st.Priority
	if pr == nil {
		pr = ru.Priority
	}
	if pr == nil {
		return defaultPriority
	}
	va := pr.Eval(fr())
	switch {
	case va.Kind == value.Int && va.Bound == value.Exact:
		return clamp(va.Num)
	case va.Kind == value.Decimal && va.Bound == value.Exact:
		return clamp(rounded(va.Num))
	}
	return defaultPriority
}

// rounded takes millionths to the nearest whole, half away from zero.
func rounded(micros int64) int64 {
	const half = value.Scale / 2
	if micros < 0 {
		return -((-micros + half) / value.Scale)
	}
	return (micros + half) / value.Scale
}

func clamp(n int64) int32 { return int32(max(0, min(100, n))) }

// localeAndZone are those of the user who gets the intent, else of the playbook's user, else of the account. What the
// start event says of its user counts where it is newer than what is kept of the user.
func (ta *Task) localeAndZone(pa *party, ru *rule, ep *episode, ad addressee) (locale, zone string) {
	var who topology.Cells
	switch {
	case ad.Type == "user" && ad.Name != pa.ref.ID:
		who = ta.store.Open(topology.Ref{Account: pa.ref.Account, Kind: topology.SubjectUser, ID: ad.Name})
	case pa.ref.Kind == topology.SubjectUser:
		who = pa.sub
	}
	locale, zone = ta.facts.text(ta.facts.userLocale, who), ta.facts.text(ta.facts.userZone, who)
	if ad.Type == "user" && ru.captured(ep, "user_id") == ad.Name {
		locale = ta.facts.newer(ta.facts.userLocale, who, locale, ru.captured(ep, "locale"), ep.StartAt)
		zone = ta.facts.newer(ta.facts.userZone, who, zone, ru.captured(ep, "time_zone"), ep.StartAt)
	}
	if locale == "" {
		locale = ta.facts.text(ta.facts.accountLocale, pa.account)
	}
	if zone == "" {
		zone = ta.facts.text(ta.facts.accountZone, pa.account)
	}
	return locale, zone
}

// captured is a text that an episode keeps of its start event, "" if it keeps none.
func (ru *rule) captured(ep *episode, name string) string {
	for i := range ru.Captures {
		if ru.Captures[i].Name == name && i < len(ep.Captures) && ep.Captures[i].Kind == value.Text {
			return ep.Captures[i].Text
		}
	}
	return ""
}

// builtin are the facts that this package itself reads.
type builtin struct {
	userLocale, userZone, userRoles, accountLocale, accountZone *lang.FactDef

	ofAccount, ofUser []*lang.FactDef // all of one scope
}

func newBuiltin(b *playbook.Bundle) (fa builtin) {
	for _, def := range b.Facts {
		user := def.Scope == lang.ScopeUser
		if user {
			fa.ofUser = append(fa.ofUser, def)
		} else {
			fa.ofAccount = append(fa.ofAccount, def)
		}
		switch {
		case def.Name == "locale" && user:
			fa.userLocale = def
		case def.Name == "locale":
			fa.accountLocale = def
		case def.Name == "time_zone" && user:
			fa.userZone = def
		case def.Name == "time_zone":
			fa.accountZone = def
		case def.Name == "roles" && user:
			fa.userRoles = def
		}
	}
	return fa
}

// text reads a text fact; "" when there is none. The result is a copy.
func (fa builtin) text(def *lang.FactDef, cells topology.Cells) string {
	if def == nil || cells == nil {
		return ""
	}
	va := window.Load(cells, def.ValueKey, def.Type)
	if !va.Known() {
		return "" // the text of an unknown value is its reason
	}
	return strings.Clone(va.Text)
}

// newer is what an event of that instant (ms) said, unless what is kept is newer or the event said nothing.
func (fa builtin) newer(def *lang.FactDef, cells topology.Cells, kept, said string, at int64) string {
	if said == "" || def == nil {
		return kept
	}
	if since, ok := cells.Int(def.TimeKey); ok && since > at {
		return kept
	}
	return said
}
