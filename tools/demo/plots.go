package demo

import (
	"fmt"

	"holdfast/schemas"
)

// plot says how to find and tell one kind of story.
type plot struct {
	kind, heading, lesson string
	about                 func(in schemas.MessageIntent) bool
	ofUser                bool // the timeline is that of the person, not of the account
	// began and turn are the types of the events that open and close the story ("" = none), said in the words beside.
	began, beganWords string
	turn, turned      string
	// rank says how good an example this is; 0 = not one.
	rank func(sc *scene) int
}

var plots = []plot{
	{
		kind: "won back", heading: "A quiet user came back",
		lesson: "Every reminder is asked anew at its time, and the first login ends the series: nobody hears “we miss you” after they are back.",
		about:  ofPlaybook("inactivity"), ofUser: true,
		began: "signed_in", beganWords: "last login before the silence",
		turn: "signed_in", turned: "logs in again: the series stops", rank: rankWonBack,
	},
	{
		kind: "milestone", heading: "A milestone, once in a lifetime",
		lesson: "The sum is kept per person for ever, and the congratulation has an id that can exist only once.",
		about:  ofPlaybook("milestone_1k_calls"), ofUser: true, rank: rankSlowBuild,
	},
	{
		kind: "welcome", heading: "A new user, welcomed",
		lesson: "Event rules answer on arrival; the follow-ups look at what the person has done since.",
		about:  triggeredBy("signed_up"), ofUser: true,
		began: "signed_up", beganWords: "signs up", rank: rankWelcome,
	},
	{
		kind: "payment", heading: "A payment failed, and was saved",
		lesson: "Billing facts and people meet in one account: the notice goes to the person who can fix the card.",
		about:  triggeredBy("payment_failed"),
		began:  "payment_failed", beganWords: "the card is declined",
		turn: "payment_succeeded", turned: "the invoice is paid", rank: rankPayment,
	},
	{
		kind: "account quiet", heading: "A whole account went quiet",
		lesson: "When everybody is silent, the account playbook speaks once and the reminders to single users hold their tongue.",
		about:  ofPlaybook("account_quiet"),
		began:  "signed_in", beganWords: "the last login of anybody",
		turn: "signed_in", turned: "somebody is back", rank: rankQuietAccount,
	},
}

func ofPlaybook(name string) func(schemas.MessageIntent) bool {
	return func(in schemas.MessageIntent) bool { return in.Playbook == name }
}

func triggeredBy(kind string) func(schemas.MessageIntent) bool {
	return func(in schemas.MessageIntent) bool { return in.Reason.Trigger != nil && in.Reason.Trigger.Type == kind }
}

// rankWonBack likes two or three reminders and a return soon after the last one.
func rankWonBack(sc *scene) int {
	back, ok := sc.after("signed_in")
	if !ok {
		return 0
	}
	rank := 10 * len(sc.intents)
	if wait := back.At - sc.last().NotBefore; wait > 2*hour && wait < 3*day {
		rank += 40
	}
	return rank + min(len(sc.events), 60)/3
}

// rankSlowBuild likes a thousand calls that took weeks.
func rankSlowBuild(sc *scene) int {
	if len(sc.events) == 0 {
		return 0
	}
	return 1 + int(min(sc.intents[0].NotBefore-sc.events[0].At, 24*day)/day) + min(len(sc.events), 80)/8
}

// rankWelcome likes several steps and somebody who then uses the product.
func rankWelcome(sc *scene) int { return 1 + 20*len(sc.intents) + min(len(sc.events), 60) }

func rankPayment(sc *scene) int {
	if _, ok := sc.after("payment_succeeded"); !ok {
		return 0
	}
	return 1 + 10*len(sc.intents)
}

func rankQuietAccount(sc *scene) int {
	rank := 1 + 10*len(sc.intents)
	if _, ok := sc.after("signed_in"); ok {
		rank += 15
	}
	return rank
}

func (sc *scene) last() schemas.MessageIntent { return sc.intents[len(sc.intents)-1] }

// after is the first event of that type after the last intent.
func (sc *scene) after(kind string) (Event, bool) {
	for _, ev := range sc.events {
		if kind != "" && ev.Type == kind && ev.At > sc.last().NotBefore {
			return ev, true
		}
	}
	return Event{}, false
}

// before is the last event of that type up to the first intent.
func (sc *scene) before(kind string) (Event, bool) {
	for i := len(sc.events) - 1; i >= 0; i-- {
		if ev := sc.events[i]; kind != "" && ev.Type == kind && ev.At <= sc.intents[0].NotBefore {
			return ev, true
		}
	}
	return Event{}, false
}

// lengthOf words a duration as people do.
func lengthOf(millis int64) string {
	for _, unit := range []struct {
		millis int64
		word   string
	}{{day, "day"}, {hour, "hour"}, {minute, "minute"}} {
		if n := (millis + unit.millis/2) / unit.millis; millis >= unit.millis-unit.millis/24 {
			return plural(n, unit.word)
		}
	}
	return "moments"
}

func plural(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
