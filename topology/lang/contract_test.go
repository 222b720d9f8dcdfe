package lang

import (
	"encoding/hex"
	"strings"
	"testing"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
)

// agreement is what a billing event says of a contract.
type agreement struct {
	id, status string
	ends       int64 // days; 0: not said
	at         int64 // days, the provider's time
	invoice    string
}

func (wo *world) agree(ag agreement) {
	own := []schemas.Field{str("contract_id", ag.id), {Name: "provider_created_at", Value: schemas.Value{Kind: schemas.TimeMillis, Num: ag.at * day}}}
	if ag.status != "" {
		own = append(own, str("status", ag.status))
	}
	if ag.invoice != "" {
		own = append(own, str("invoice_id", ag.invoice))
	}
	if ag.ends != 0 {
		own = append(own, schemas.Field{Name: "contract_ends_on", Value: schemas.Value{Kind: schemas.Date, Num: ag.ends}})
	}
	foldContract(&schemas.Event{Kind: schemas.KindBilling, At: 99 * day, Own: own}, wo.account, wo.names.ContractFacts())
}

// In account and user scope `contract` is the active contract that ends last; of two, that with the lowest id.
func TestContractOfAnAccount(t *testing.T) {
	for _, tc := range []struct {
		what string
		said []agreement
		want string
	}{
		{"none", nil, "unknown (no value)"},
		{"one", []agreement{{id: "k1", status: "active", ends: 300, at: 1}}, "k1"},
		{"one that is over", []agreement{{id: "k1", status: "ended", ends: 300, at: 1}}, "unknown (no value)"},
		{"the one that ends last", []agreement{{id: "k1", status: "active", ends: 300, at: 1}, {id: "k2", status: "active", ends: 400, at: 1}}, "k2"},
		{"the lowest id of two", []agreement{{id: "k2", status: "active", ends: 300, at: 1}, {id: "k1", status: "active", ends: 300, at: 1}}, "k1"},
		{"one without an end comes last", []agreement{{id: "k1", status: "active", at: 1}, {id: "k2", status: "active", ends: 300, at: 1}}, "k2"},
		{"an older word by the provider's time changes nothing", []agreement{{id: "k1", status: "active", ends: 300, at: 2}, {id: "k1", status: "ended", at: 1}}, "k1"},
		{"a newer one does", []agreement{{id: "k1", status: "active", ends: 300, at: 1}, {id: "k1", status: "ended", at: 2}}, "unknown (no value)"},
		{"the status of an invoice is not the contract's", []agreement{{id: "k1", status: "active", ends: 300, at: 1}, {id: "k1", status: "open", at: 2, invoice: "in_1"}}, "k1"},
		{"the next one takes its place", []agreement{{id: "k1", status: "active", ends: 300, at: 1}, {id: "k2", status: "active", ends: 200, at: 1}, {id: "k1", status: "ended", at: 2}}, "k2"},
	} {
		wo := newRichWorld()
		for _, ag := range tc.said {
			wo.agree(ag)
		}
		if got := wo.compile(t, "contract.id").Eval(wo.frame).String(); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.what, got, tc.want)
		}
	}
}

func TestContractIsAFactOfTheAccount(t *testing.T) {
	wo := newRichWorld()
	cx := wo.in()
	cx.Scope, cx.Waiting = ScopeAccount, true
	due := wo.compileIn(t, "until(contract.ends_on) <= 90d", cx)
	if len(due.Facts) != 2 || due.Facts[0].Name != "contract.ends_on" || due.Facts[1].Name != "time_zone" {
		t.Errorf("it depends on %d facts", len(due.Facts))
	}
	wo.agree(agreement{id: "k1", status: "active", ends: 300, at: 1})
	if next := due.Next(wo.frame); next != 210*day {
		t.Errorf("next %d, want day 210", next/day)
	}
	if got := wo.compile(t, "contract.term_days").Eval(wo.frame); got.Known() {
		t.Errorf("a contract without a beginning has %v days", got)
	}
}

func TestContractBytes(t *testing.T) {
	wo := newRichWorld()
	wo.agree(agreement{id: "k1", status: "active", ends: 300, at: 1})
	wo.agree(agreement{id: "k0", at: 2}) // says nothing
	cell := wo.account.bytes[topology.Key(ContractsCell)]
	if got, want := hex.EncodeToString(cell), "01"+"026b31"+"0180f0b25206616374697665"+"00"+"0180f0b252d804"+"00"+"00"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := appendContracts(nil, decodeContracts(cell)); string(got) != string(cell) {
		t.Error("decoded and encoded again it is another")
	}
	if decodeContracts([]byte{9, 1}) != nil {
		t.Error("another version was read")
	}
}

// FuzzContracts: damaged bytes are fewer contracts, never a panic.
func FuzzContracts(f *testing.F) {
	f.Add([]byte{contractVersion, 1, 'k', 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, cell []byte) {
		list := decodeContracts(cell)
		if len(list) > len(cell) {
			t.Fatalf("%d contracts in %d bytes", len(list), len(cell))
		}
		again := decodeContracts(appendContracts(nil, list))
		if len(again) != len(list) {
			t.Fatalf("%d contracts became %d", len(list), len(again))
		}
	})
}

// age() counts from the instant at which a fact took its value: a word that repeats it changes nothing.
func TestAgeOfAFact(t *testing.T) {
	wo := newRichWorld()
	plan := wo.names.Facts[ScopeAccount]["plan"]
	plan.Set(wo.account, value.OfText("free"), 10*day)
	if _, kept := wo.account.Int(plan.SinceKey); kept {
		t.Error("the age of a fact is kept though nobody asks for it")
	}
	age := wo.compile(t, "age(account.plan)")
	for _, tc := range []struct {
		plan string
		at   int64
		want string
	}{
		{"team", 20, "80d"}, {"team", 30, "80d"}, {"free", 25, "80d"}, {"free", 40, "60d"},
	} {
		plan.Set(wo.account, value.OfText(tc.plan), tc.at*day)
		if got := age.Eval(wo.frame).String(); got != tc.want {
			t.Errorf("%s at day %d: %s, want %s", tc.plan, tc.at, got, tc.want)
		}
	}
	if text := wo.compile(t, "age(account.status)").Eval(wo.frame).String(); !strings.HasPrefix(text, "unknown") {
		t.Errorf("a default has an age: %s", text)
	}
}
