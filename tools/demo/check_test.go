package demo

import (
	"strings"
	"testing"

	"holdfast/schemas"
)

// Each check must be able to fail: one thing is broken at a time.
func TestEveryBrokenPromiseIsFound(t *testing.T) {
	bu := Simulate(1, 30)
	for _, test := range []struct {
		name   string
		broken int // index of the check that must fail, -1 = none
		spoil  func(out *Output)
		says   string
	}{
		{"nothing", -1, func(*Output) {}, ""},
		{"an intent twice", 0, func(out *Output) { out.Intents = append(out.Intents, out.Intents[0]) }, "1 doubled"},
		{"an intent lost", 1, func(out *Output) { out.Intents = out.Intents[1:] }, "1 lost, 0 too many"},
		{"an intent too many", 1, func(out *Output) {
			more := out.Intents[0]
			more.IntentID, more.DedupeKey = "x", "inactivity/nobody"
			out.Intents = append(out.Intents, more)
		}, "0 lost, 1 too many"},
		{"a record skipped", 2, func(out *Output) { out.Manifests[1].Inputs[0].FromOffset++ }, "1 input records skipped, 0 read twice"},
		{"a record read twice", 2, func(out *Output) { out.Manifests[1].Inputs[0].FromOffset-- }, "0 input records skipped, 1 read twice"},
		{"the last record never read", 2, func(out *Output) { out.Published[topicActions+"/0"]++ }, "1 input records skipped"},
		{"a partition never read", 2, func(out *Output) { out.Published[topicActions+"/1"] = 7 }, "7 input records skipped"},
		{"nothing published", 2, func(out *Output) { out.Published, out.Manifests = nil, nil }, "0 input records skipped"},
		{"a dead letter", 3, func(out *Output) { out.DeadLetters = []schemas.DeadLetter{{Text: "it is poison"}} }, "1 dead letters"},
	} {
		out := fixtureOutput(bu)
		test.spoil(out)
		for i, ch := range Judge(bu, out) {
			if ch.Kept == (i == test.broken) {
				t.Errorf("%s: check %d says %+v", test.name, i, ch)
			}
			if i == test.broken && !strings.HasPrefix(ch.Promise, test.says) {
				t.Errorf("%s: %q does not begin with %q", test.name, ch.Promise, test.says)
			}
		}
	}
}

func TestAMissingIntentIsNamed(t *testing.T) {
	bu := Simulate(1, 30)
	out := fixtureOutput(bu)
	lost := out.Intents[0].DedupeKey
	out.Intents = out.Intents[1:]
	if ch := Judge(bu, out)[1]; !strings.Contains(ch.Evidence, "missing: "+lost) {
		t.Errorf("%q does not name %s", ch.Evidence, lost)
	}
}

func TestCountsAreReadable(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1_000: "1,000", 1_234_567: "1,234,567", -4_000: "-4,000"} {
		if got := count(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
}
