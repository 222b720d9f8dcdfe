package demo

import (
	"sort"

	"holdfast/schemas"
)

// Story is one subject's time, drawn: what happened, where it was quiet, what was said and why.
type Story struct {
	Kind     string // "won back", "milestone" ...
	Heading  string // one line in plain words
	Lesson   string // what the product did here that is easy to get wrong
	Subject  string // account or account / person
	From, To int64  // ms
	Ticks    []Tick
	Gaps     []Gap
	Marks    []Mark
}

// Tick is something that happened. Kind is login, use, money or support.
type Tick struct {
	At         int64
	Type, Kind string
}

// kindOf says how an event is drawn; "" = not at all.
func kindOf(ev Event) string {
	switch {
	case ev.Type == typeMetered || ev.Type == typeViewed:
		return ""
	case ev.Topic == topicBilling:
		return "money"
	case ev.Topic == topicSupport:
		return "support"
	case ev.Type == "signed_in":
		return "login"
	}
	return "use"
}

// Gap is a silence of a week or more.
type Gap struct{ From, To int64 }

// Mark is a point of the story that is told in words: an intent, or an event that matters for it.
type Mark struct {
	At     int64
	Number int // of an intent, from 1; 0 for an event
	Title  string
	Plain  string // how long after what, in plain words
	Why    string // the reason that the intent carries
}

// scene is a candidate: one episode of one subject, what it did and what was said about it.
type scene struct {
	account, user string
	events        []Event
	intents       []schemas.MessageIntent // of the episode, by time
}

// Tell picks the best example of each plot. Ties go to the first subject by name, so that a seed always tells the same.
func Tell(bu *Business, intents []schemas.MessageIntent) []Story {
	byAccount := map[string][]Event{}
	for _, ev := range bu.Events {
		byAccount[ev.Account] = append(byAccount[ev.Account], ev)
	}
	var out []Story
	used := map[string]bool{}
	for _, pl := range plots {
		best, found := pl.cast(byAccount, intents, used)
		if !found {
			continue
		}
		used[best.account] = true
		out = append(out, pl.draw(best, bu))
	}
	return out
}

// cast finds the subject with the highest rank.
func (pl plot) cast(byAccount map[string][]Event, intents []schemas.MessageIntent, used map[string]bool) (*scene, bool) {
	var best *scene
	highest := 0
	for _, sc := range pl.scenes(intents) {
		sc.events = eventsOf(byAccount[sc.account], sc.user)
		if rank := pl.rank(sc); rank > highest && !used[sc.account] {
			best, highest = sc, rank
		}
	}
	return best, best != nil
}

// scenes groups the plot's intents by subject and episode, by name.
func (pl plot) scenes(intents []schemas.MessageIntent) []*scene {
	episodes := map[string]*scene{}
	var names []string
	for _, in := range intents {
		if !pl.about(in) || in.Action != "deliver" {
			continue
		}
		user := ""
		if pl.ofUser {
			user = in.Recipient.UserID
		}
		name := in.AccountID + "~" + user + "/" + in.EpisodeID
		if episodes[name] == nil {
			episodes[name] = &scene{account: in.AccountID, user: user}
			names = append(names, name)
		}
		episodes[name].intents = append(episodes[name].intents, in)
	}
	sort.Strings(names)
	out := make([]*scene, 0, len(names))
	for _, name := range names {
		sc := episodes[name]
		sort.SliceStable(sc.intents, func(i, j int) bool { return sc.intents[i].NotBefore < sc.intents[j].NotBefore })
		out = append(out, sc)
	}
	return out
}

func eventsOf(events []Event, user string) []Event {
	if user == "" {
		return events
	}
	var out []Event
	for _, ev := range events {
		if ev.User == user {
			out = append(out, ev)
		}
	}
	return out
}

const (
	before = 24 * day // of a story, ahead of its first intent
	behind = 12 * day // after its last mark
)

// draw makes the picture of a scene.
func (pl plot) draw(sc *scene, bu *Business) Story {
	st := Story{Kind: pl.kind, Subject: sc.account, Heading: pl.heading, Lesson: pl.lesson, Marks: pl.marks(sc)}
	if sc.user != "" {
		st.Subject += " / " + sc.user
	}
	st.From = max(bu.Start, st.Marks[0].At-before)
	st.To = min(bu.End, st.Marks[len(st.Marks)-1].At+behind)
	st.Ticks = ticks(sc.events, st.From, st.To)
	st.Gaps = gaps(loginsOf(sc.events, ""), st.From, st.To)
	return st
}

// marks are what began it, what was said and what closed it, in order of time.
func (pl plot) marks(sc *scene) []Mark {
	var out []Mark
	first, began := sc.before(pl.began)
	if began {
		out = append(out, Mark{At: first.At, Title: pl.beganWords})
	}
	for i, in := range sc.intents {
		mark := Mark{At: in.NotBefore, Number: i + 1, Title: titleOf(in), Why: in.Reason.Text}
		if began && in.NotBefore > first.At {
			mark.Plain = lengthOf(in.NotBefore-first.At) + " later"
		}
		out = append(out, mark)
	}
	if ev, ok := sc.after(pl.turn); ok {
		out = append(out, Mark{At: ev.At, Title: pl.turned, Plain: lengthOf(ev.At-sc.last().NotBefore) + " after that"})
	}
	return out
}

// titleOf is an intent in words: message “quiet 7d” to kofi.
func titleOf(in schemas.MessageIntent) string {
	name := in.Template
	if name == "" {
		name = in.Playbook + " " + in.Step
	}
	title := in.Kind + " “" + plainWords(name) + "”"
	switch in.Recipient.Type {
	case "user":
		return title + " to " + in.Recipient.UserID
	case "team":
		return title + " to the " + in.Recipient.Ref + " team"
	}
	return title
}

func ticks(events []Event, from, to int64) []Tick {
	var out []Tick
	for _, ev := range events {
		if kind := kindOf(ev); kind != "" && ev.At >= from && ev.At < to {
			out = append(out, Tick{ev.At, ev.Type, kind})
		}
	}
	return out
}

// gaps are the silences of a week or more between logins, cut to the picture.
func gaps(logins []int64, from, to int64) []Gap {
	var out []Gap
	for i, last := range logins {
		next := to
		if i+1 < len(logins) {
			next = logins[i+1]
		}
		if next-last >= 7*day && next > from && last < to {
			out = append(out, Gap{max(last, from), min(next, to)})
		}
	}
	return out
}
