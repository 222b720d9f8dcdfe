package oracle

import (
	"slices"
	"strings"
	"testing"
)

// TestShrinkFindsTheCore plants a failure ("some tier falls and a playbook still sends at d1") and wants little more.
func TestShrinkFindsTheCore(t *testing.T) {
	falls := func(ca Case) bool { return slices.Contains(ca.Features(), "saw:tier_down") }
	shrunk := 0
	for seed := uint64(0); seed < 60 && shrunk < 5; seed++ {
		ca := Generate(seed, 3)
		if !falls(ca) {
			continue
		}
		shrunk++
		small := Shrink(ca, falls)
		if !falls(small) || !small.isSound() {
			t.Fatalf("seed %d: shrinking lost the failure\n%s", seed, small.Bundle())
		}
		if len(small.Playbooks) > 0 || len(small.Segments) > 0 || len(small.Users) > 1 || len(small.Lines) > 4 {
			t.Errorf("seed %d: more is left than a fall needs\n%s\n%s", seed, small.Bundle(), small.Scenario())
		}
	}
	if shrunk == 0 {
		t.Fatal("no seed has a fall")
	}
}

func TestShrinkKeepsACaseThatDoesNotFail(t *testing.T) {
	ca := Generate(1, 3)
	small := Shrink(ca, func(Case) bool { return false })
	if small.Bundle() != ca.Bundle() || small.Scenario() != ca.Scenario() {
		t.Error("a case changed though nothing smaller fails")
	}
}

func TestShrunkCaseIsWrittenOut(t *testing.T) {
	ca := Generate(3, 3)
	small := Shrink(ca, func(try Case) bool { return len(try.Run().Intents) > 0 })
	if !strings.Contains(small.Bundle(), "playbook:") || !strings.Contains(small.Scenario(), "given:") {
		t.Errorf("%s\n%s", small.Bundle(), small.Scenario())
	}
	if len(small.Playbooks) != 1 || len(small.Playbooks[0].Steps) != 1 {
		t.Errorf("one step of one playbook is enough for an intent\n%s", small.Bundle())
	}
}
