package demo

import "fmt"

// decline is a reason of a card processor.
type decline struct{ code, class string }

var declines = []decline{
	{"insufficient_funds", "soft"}, {"do_not_honor", "soft"}, {"expired_card", "hard"}, {"authentication_required", "auth"},
}

const failShare = 0.09

// invoices are the account's monthly bills: most are paid at once, some fail and are paid at the second or third attempt.
// Nobody cancels: what a cancellation stops is a rule over two topics, and the demo compares to the last intent.
func (ac *Account) invoices(rg *rng, end int64) []Event {
	if ac.ARR == 0 {
		return nil
	}
	var out []Event
	month := 1
	for at := ac.Created + hour + rg.millis(hour); at < end-hour; at += 30 * day {
		bill := fmt.Sprintf("in-%s-%02d", ac.Name, month)
		out = append(out, ac.collect(rg, bill, at, end)...)
		month++
	}
	return out
}

// collect is one bill: failures, then the payment.
func (ac *Account) collect(rg *rng, bill string, at, end int64) []Event {
	var out []Event
	why := pick(rg, declines)
	for attempt := 1; attempt <= 3 && at < end-hour && rg.chance(failShare*float64(attempt)); attempt++ {
		next := at + int64(rg.between(2, 5))*day
		out = append(out, ac.bill("payment_failed", at, bill, map[string]any{
			"attempt": attempt, "next_attempt_at": stamp(next), "decline_code": why.code, "decline_class": why.class,
			"update_url": "https://billing.example/update/" + bill,
		}))
		at = next + rg.millis(hour)
	}
	if at < end-hour {
		out = append(out, ac.bill("payment_succeeded", at, bill, nil))
	}
	return out
}

func (ac *Account) bill(kind string, at int64, invoice string, more map[string]any) Event {
	fields := map[string]any{
		"provider": "demo-pay", "provider_created_at": stamp(at), "invoice_id": invoice,
		"amount_minor": ac.ARR * 100 / 12, "currency": "EUR",
	}
	for name, value := range more {
		fields[name] = value
	}
	return Event{Topic: topicBilling, Type: kind, Account: ac.Name, At: at, Fields: fields}
}

var subjects = []string{"export", "login", "permissions", "invoice", "import", "notifications"}

// tickets are the account's questions to support, and how they ended.
func (ac *Account) tickets(rg *rng, end int64) []Event {
	var out []Event
	gap := 90 * day / int64(1+len(ac.People)/3)
	for at, n := ac.Created+day+rg.millis(gap), 1; at < end-hour && at > 0; at, n = at+rg.millis(2*gap)+hour, n+1 {
		who := pick(rg, ac.People)
		ticket := map[string]any{"ticket_id": fmt.Sprintf("t-%s-%d", ac.Name, n), "topic": pick(rg, subjects)}
		if at < who.Joined || who.rhythm.absent(at) || at >= ac.quietFrom && at < ac.quietUntil {
			continue
		}
		out = append(out, Event{Topic: topicSupport, Type: "ticket_opened", Account: ac.Name, User: who.ID, At: at, Fields: ticket})
		if solved := at + hour + rg.millis(3*day); solved < end-hour {
			out = append(out, Event{Topic: topicSupport, Type: "ticket_solved", Account: ac.Name, User: who.ID, At: solved, Fields: ticket})
		}
	}
	return out
}

// The types of the hum: no person does them.
const (
	typeMetered = "usage_metered"
	typeViewed  = "article_viewed"
)

// hum is what systems say by themselves: metered usage for the invoices, help pages looked up by a widget. No playbook reads it, but
// it keeps the inputs moving: a task's clock follows its slowest input, and a partition of a small business would
// otherwise see no bill and no ticket for weeks (silence.go relies on less than its slack).
func (ac *Account) hum(rg *rng, bu *Business) []Event {
	var out []Event
	for at := ac.Created + hour; at < bu.End-bu.humEvery/2; at += bu.humEvery {
		out = append(out,
			Event{Topic: topicBilling, Type: typeMetered, Account: ac.Name, At: at + rg.millis(bu.humEvery/2)},
			Event{Topic: topicSupport, Type: typeViewed, Account: ac.Name, At: at + rg.millis(bu.humEvery/2)})
	}
	return out
}
