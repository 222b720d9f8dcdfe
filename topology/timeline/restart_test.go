package timeline

import (
	"slices"
	"testing"

	second "holdfast/topology/timeline/oracle"
)

// TestRestartsChangeNothing plays random cases with a new process after every line, every third and every seventh one: the
// same intents, decisions and derived values, and the same state to the byte.
func TestRestartsChangeNothing(t *testing.T) {
	for seed := uint64(1); seed <= 60; seed++ {
		ca := second.Generate(seed, 20)
		if notCompared(ca) != "" {
			continue
		}
		want, err := played(ca)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, every := range []int{1, 3, 7} {
			got, err := playedWithRestarts(ca, every)
			if err != nil {
				t.Fatalf("seed %d, a restart every %d lines: %v", seed, every, err)
			}
			if !sameWorlds(got, want) {
				t.Fatalf("seed %d, a restart every %d lines:\n%s\nwithout:\n%s\n%s---\n%s", seed, every, got.Log(), want.Log(), ca.Bundle(), ca.Scenario())
			}
		}
	}
}

func sameWorlds(got, want *World) bool {
	return slices.Equal(intentLines(got), intentLines(want)) && slices.Equal(decisionLines(got), decisionLines(want)) &&
		slices.Equal(signalLines(got), signalLines(want)) && got.Dump() == want.Dump()
}

// playedWithRestarts is played with another process after every so many lines.
func playedWithRestarts(ca second.Case, every int) (*World, error) {
	sc, bundle, err := loadCase(ca)
	if err != nil {
		return nil, err
	}
	adjusted, err := sc.adjust(*bundle)
	if err != nil {
		return nil, err
	}
	profiles, given, err := sc.lines(adjusted)
	if err != nil {
		return nil, err
	}
	wo, err := newWorldWith(adjusted, profiles, activationOf(profiles, given))
	if err != nil {
		return nil, err
	}
	in := newInputs(given)
	for i := range given {
		clock, ok := in.read(&given[i].Event)
		if !ok {
			clock = wo.clock
		}
		if err := wo.Read(&given[i].Event, clock); err != nil {
			return nil, err
		}
		if (i+1)%every == 0 {
			if err := wo.Restart(nil); err != nil {
				return nil, err
			}
		}
	}
	return wo, wo.Finish(int64(ca.Until))
}
