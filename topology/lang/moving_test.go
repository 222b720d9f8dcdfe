package lang

import (
	"testing"

	"holdfast/topology/value"
)

// The values of what moves with the clock, and the instants at which a comparison of it turns.
func TestWhatMovesWithTheClock(t *testing.T) {
	wo := newRichWorld()
	wo.names.Facts[ScopeAccount]["since"].Set(wo.account, value.OfDate(120), day)
	wo.account.SetBytes(TierKey("h"), []byte("pro"))
	wo.account.SetInt(TierSinceKey("h"), 70*day)
	wo.user.SetInt(SegmentSinceKey("power"), 60*day)
	wo.frame.Steps = []StepMark{{}, {Slot: 92 * day, Marks: MarkSent}}
	cx := wo.in()
	cx.Waiting = true
	for _, tc := range []struct{ call, value string }{ // now is day 100, the episode began on day 90
		{"since(start.time)", "10d"}, {"until(start.time)", "-10d"}, {"until(account.since)", "20d"}, {"since(account.since)", "-20d"},
		{"age(tier)", "30d"}, {`age(segment("power"))`, "40d"}, {"elapsed()", "10d"}, {`elapsed("mail")`, "8d"}, {`elapsed("hello")`, "unknown (no value)"},
		{"until(start.time + 15d at 09:00)", "5d 9h"}, {"age(stage)", "unknown (no value)"},
	} {
		if got := wo.compile(t, tc.call).Eval(wo.frame).String(); got != tc.value {
			t.Errorf("%s is %s, want %s", tc.call, got, tc.value)
		}
	}
	for source, want := range map[string]int64{
		"until(account.since) <= 10d": 110 * day, "until(account.since) < 10d": 110*day + 1, "until(account.since) > 10d": 110 * day,
		"until(account.since) >= 10d": 110*day + 1, "10d >= until(account.since)": 110 * day, "until(account.since) <= -1d": 121 * day,
		"since(account.since) >= 1d": 121 * day, "until(account.since) <= 30d": Never, "age(tier) >= 60d": 130 * day, "age(tier) > 60d": 130*day + 1,
		"elapsed() >= 14d": 104 * day, `elapsed("mail") >= 14d`: 106 * day, `elapsed("hello") >= 14d`: Never, "age(stage) >= 1d": Never,
		"since(start.time) == 14d": 104 * day, "not (until(account.since) <= 10d) or elapsed() >= 12d": 102 * day,
	} {
		if got := wo.compileIn(t, source, cx).Next(wo.frame); got != want {
			t.Errorf("%s: next %d, want %d", source, got, want)
		}
	}
}

// What a waiting expression waits for, in words (language.md 12).
func TestWakesInWords(t *testing.T) {
	wo := newRichWorld()
	cx := wo.in()
	cx.Waiting = true
	for source, want := range map[string][]Waking{
		"idle(login) >= 7d":                                 {{"idle(login) >= 7d", "last(login) + 7d"}},
		"account.idle(login) < 7d":                          {{"account.idle(login) < 7d", "account.last(login) + 7d"}},
		"7d < idle(login)":                                  {{"7d < idle(login)", "last(login) + 7d, 1 ms later"}},
		"count(login in 30d) >= 1":                          {{"count(login in 30d) >= 1", "next leaving of the window"}},
		"until(account.since) <= -1d":                       {{"until(account.since) <= -1d", "account.since + 1d"}},
		"until(account.since) > 90d":                        {{"until(account.since) > 90d", "account.since - 90d"}},
		"until(start.time - 3d) <= 0s":                      {{"until(start.time - 3d) <= 0s", "(start.time - 3d)"}},
		"observed() == 14d":                                 {{"observed() == 14d", "the first record + 14d, and 1 ms later"}},
		"age(tier) >= 60d and elapsed() >= 1d":              {{"age(tier) >= 60d", "change of tier + 60d"}, {"elapsed() >= 1d", "start.time + 1d"}},
		`elapsed("mail") >= account.wait`:                   {{`elapsed("mail") >= account.wait`, "slot of mail + account.wait"}},
		"until(account.since) <= account.wait":              {{"until(account.since) <= account.wait", "account.since - account.wait"}},
		"has(login) or not has(call)":                       nil,
		"evidence_count() > 3 or evidence_count(in 3d) > 3": {{"evidence_count(in 3d) > 3", "next leaving of the window"}},
	} {
		got := wo.compileIn(t, source, cx).Wakes()
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", source, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", source, got[i], want[i])
			}
		}
	}
}
