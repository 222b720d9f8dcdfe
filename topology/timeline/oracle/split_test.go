package oracle

import (
	"slices"
	"testing"
)

// TestAccountsAreIndependent runs each account of a case alone: if everything comes by one topic and in order, how the
// accounts are spread over partitions changes nothing.
func TestAccountsAreIndependent(t *testing.T) {
	compared := 0
	for seed := uint64(0); seed < 600; seed++ {
		ca := Generate(seed, 3)
		if len(ca.Accounts) < 2 || !ca.byOneTopic() {
			continue
		}
		compared++
		whole := ca.Run()
		for _, ac := range ca.Accounts {
			alone := ca.only(ac.ID).Run()
			if !whole.of(ac.ID).equals(alone.of(ac.ID)) {
				t.Fatalf("seed %d, %s alone:\n%+v\nwith the others:\n%+v\n%s\n%s", seed, ac.ID, alone.of(ac.ID), whole.of(ac.ID), ca.Bundle(), ca.Scenario())
			}
		}
	}
	if compared < 30 {
		t.Errorf("only %d cases could be compared", compared)
	}
}

func (ca Case) byOneTopic() bool {
	return !slices.ContainsFunc(ca.Lines, func(li Line) bool { return li.Arrives != li.At || ca.topic(li) != "user_action" })
}

// only keeps the lines of an account, and the first line, which says when everything begins.
func (ca Case) only(account string) Case {
	first := ca.Lines[0]
	ca.Lines = slices.DeleteFunc(slices.Clone(ca.Lines), func(li Line) bool { return li.Account != account && li.ID != first.ID })
	return ca
}

func (ou Outcome) equals(other Outcome) bool {
	return slices.Equal(ou.Intents, other.Intents) && slices.Equal(ou.Decisions, other.Decisions) && slices.Equal(ou.Signals, other.Signals)
}

func (ou Outcome) of(account string) Outcome {
	return Outcome{
		Intents:   slices.DeleteFunc(slices.Clone(ou.Intents), func(in Intent) bool { return in.Account != account }),
		Decisions: slices.DeleteFunc(slices.Clone(ou.Decisions), func(de Decision) bool { return de.Account != account }),
		Signals:   slices.DeleteFunc(slices.Clone(ou.Signals), func(si Signal) bool { return si.Account != account }),
	}
}
