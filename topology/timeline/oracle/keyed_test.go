package oracle

import "testing"

// dunning is the beginning of example 04.
func dunning(change ...func(*Playbook)) []Playbook {
	pb := Playbook{
		Name: "p", PerKey: true, Class: "billing", To: To{Kind: "team", Name: "finance"}, Again: Again{Kind: Never},
		Start: Start{Event: "failed", Settle: 2 * Minute, If: not(call("has", "paid"))},
		Stops: []Stop{{Event: "paid", MatchKey: true, Action: "task", To: To{Kind: "team", Name: "csm"}, Contacted: true}, {Event: "ticket"}},
		Steps: []Step{{ID: "m0", Action: "task", Timing: AtOnce}, {ID: "r1", Action: "request", Timing: AfterStart, Delay: Day}},
	}
	for _, apply := range change {
		apply(&pb)
	}
	return []Playbook{pb}
}

func TestKeys(t *testing.T) {
	for _, rc := range []rulesCase{
		{
			name: "an episode per key", books: dunning(), until: "03-01 12:00", lines: []string{"03-01 09:00 failed a1 invoice_id=in_1", "03-01 09:01 failed a1 invoice_id=in_2", "03-01 10:00 failed a1 invoice_id=in_1"},
			intents: []string{"p/a1~invoice=in_1/once/m0/task/team:finance", "p/a1~invoice=in_2/once/m0/task/team:finance"},
			said:    []string{"p entered", "p not_entered", "p entered"},
		},
		{
			name: "paid before the failure arrives: it never starts", books: dunning(), until: "03-01 12:00",
			lines: []string{"03-01 10:00 paid a1 invoice_id=in_1", "03-01 09:59:30 failed a1 invoice_id=in_1 arrives=10:00:05"}, said: []string{"p not_entered"},
		},
		{
			name: "paying one invoice stops that one", books: dunning(), until: "03-03 00:00",
			lines: []string{"03-01 09:00 failed a1 invoice_id=in_1", "03-01 09:00 failed a1 invoice_id=in_2", "03-01 10:00 paid a1 invoice_id=in_1"},
			intents: []string{
				"p/a1~invoice=in_1/once/m0/cancel/team:finance", "p/a1~invoice=in_1/once/m0/task/team:finance",
				"p/a1~invoice=in_2/once/m0/task/team:finance", "p/a1~invoice=in_2/once/r1/request/account",
			},
		},
		{
			name: "an event without a key reaches every open episode, one that must match does not", books: dunning(), until: "03-03 00:00",
			lines: []string{"03-01 09:00 failed a1 invoice_id=in_1", "03-01 09:00 failed a1 invoice_id=in_2", "03-01 10:00 paid a1", "03-01 11:00 ticket a1"},
			intents: []string{
				"p/a1~invoice=in_1/once/m0/cancel/team:finance", "p/a1~invoice=in_1/once/m0/task/team:finance",
				"p/a1~invoice=in_2/once/m0/cancel/team:finance", "p/a1~invoice=in_2/once/m0/task/team:finance",
			},
			said: []string{"p entered", "p stopped", "p entered", "p stopped"},
		},
		{
			name: "a key without an open episode does not see an event without the key", until: "03-03 00:00",
			books: dunning(func(pb *Playbook) {
				pb.Start, pb.Again, pb.Steps = Start{Event: "failed", If: call("has", "ticket")}, Again{Kind: Always}, pb.Steps[:1]
			}),
			lines: []string{"03-01 09:00 failed a1 invoice_id=in_1", "03-01 10:00 ticket a1", "03-01 11:00 failed a1 invoice_id=in_1"}, said: []string{},
		},
		{
			name: "without a key nothing starts", books: dunning(), until: "03-03 00:00", lines: []string{"03-01 09:00 failed a1"}, said: nil,
		},
	} {
		t.Run(rc.name, func(t *testing.T) {
			ca, out := rc.run(t)
			mustBe(t, "intents", out.keys(), rc.intents)
			if rc.said != nil {
				mustBe(t, "decisions", out.outcomes(), rc.said)
			}
			if t.Failed() {
				t.Logf("%s\n%s", ca.Bundle(), ca.Scenario())
			}
		})
	}
}
