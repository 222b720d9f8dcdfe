package oracle

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestGeneratedCasesAreNotTrivial wants most of them to say something, and prints which constructs they cover.
func TestGeneratedCasesAreNotTrivial(t *testing.T) {
	const cases = 500
	speaking := 0
	table := map[string]int{}
	for seed := uint64(0); seed < cases; seed++ {
		ca := Generate(seed, 3)
		out := ca.Run()
		if len(out.Intents) > 0 || len(out.Signals) > 1 {
			speaking++
		}
		for _, feature := range ca.Features() {
			table[feature]++
		}
	}
	if speaking*100 < cases*80 {
		t.Errorf("only %d of %d cases give an intent or a change of a signal", speaking, cases)
	}
	t.Logf("%d of %d cases speak\n%s", speaking, cases, printed(table))
}

func printed(table map[string]int) string {
	var names []string
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	var out strings.Builder
	for _, name := range names {
		fmt.Fprintf(&out, "%4d %s\n", table[name], name)
	}
	return out.String()
}

func TestSameSeedSameCase(t *testing.T) {
	for seed := uint64(0); seed < 50; seed++ {
		one, two := Generate(seed, 3), Generate(seed, 3)
		if one.Bundle() != two.Bundle() || one.Scenario() != two.Scenario() {
			t.Fatalf("seed %d gives two cases", seed)
		}
		if !reflect.DeepEqual(one.Run(), two.Run()) {
			t.Fatalf("seed %d gives two outcomes", seed)
		}
	}
}
