package processor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"holdfast/schemas"
)

// business is a source that says something every minute of a working day and nothing at night, as its log end and the
// instants (ms) at which somebody looks.
func (se *silence) business(from time.Time, days int, end *int64) (last life, alarms int) {
	logs := map[string][]int64{"telemetry.user-actions": {0, 0}}
	for minute := range days * 24 * 60 {
		at := from.Add(time.Duration(minute) * time.Minute)
		if at.Hour() >= 8 && at.Hour() < 20 {
			*end++
		}
		logs["telemetry.user-actions"] = []int64{*end, 7}
		last = se.observe(at.UnixMilli(), logs)[0]
		if last.Silent {
			alarms++
		}
	}
	return last, alarms
}

func liveConfig() Config {
	co := DefaultConfig()
	co.Brokers, co.Playbooks, co.State = []string{"127.0.0.1:9092"}, "p", "s"
	return co
}

// TestNightsAreNoOutages: the usual gap is that of the nights; three times as long is silence.
func TestNightsAreNoOutages(t *testing.T) {
	co, end := liveConfig(), int64(0)
	se := newSilence(&co)
	last, alarms := se.business(day0, 5, &end)
	if alarms != 0 {
		t.Errorf("%d minutes of five ordinary days were called silent", alarms)
	}
	if usual := time.Duration(last.Usual) * time.Millisecond; usual < 6*time.Hour || usual > 13*time.Hour {
		t.Errorf("the usual gap is %v, want that of a night", usual)
	}
	dead := func(after time.Duration) bool {
		return se.observe(last.SpokeAt+after.Milliseconds(), map[string][]int64{"telemetry.user-actions": {end, 7}})[0].Silent
	}
	limit := 3 * time.Duration(last.Usual) * time.Millisecond
	if dead(limit) || !dead(limit+time.Minute) {
		t.Errorf("silent at %v: %v, a minute later: %v", limit, dead(limit), dead(limit+time.Minute))
	}
}

// TestWhenAnInputIsNotJudged: too little is known of it, nobody answers, or nobody asked.
func TestWhenAnInputIsNotJudged(t *testing.T) {
	co := liveConfig()
	at := day0.UnixMilli()
	year := at + (365 * 24 * time.Hour).Milliseconds()
	se := newSilence(&co)
	se.observe(at, map[string][]int64{co.Topics.Billing: {5}})
	if li := se.observe(year, map[string][]int64{co.Topics.Billing: {5}})[0]; li.Silent {
		t.Error("an input that never spoke while it was watched has no usual gap")
	}
	if lives := se.observe(year, map[string][]int64{co.Topics.Billing: {5, -1}}); len(lives) != 0 {
		t.Errorf("a partition does not answer, and the input is %+v", lives)
	}
	co.NoBreaker = true
	if watched := newSilence(&co).watched(); len(watched) != 0 {
		t.Errorf("turned off, and it watches %v", watched)
	}
	co.NoBreaker, co.Clock = false, modeEvent
	if watched := newSilence(&co).watched(); len(watched) != 0 {
		t.Errorf("an event clock has no wall to be silent before, and it watches %v", watched)
	}
}

// TestARestartRemembersWhatWasKnown: a dead source is not alive because the process that watched it is.
func TestARestartRemembersWhatWasKnown(t *testing.T) {
	co, end := liveConfig(), int64(0)
	before := newSilence(&co)
	last, _ := before.business(day0, 3, &end)
	later := last.SpokeAt + (60 * time.Hour).Milliseconds()
	look := func(total int64) life {
		se := newSilence(&co)
		logs := map[string][]int64{co.Topics.UserActions: {total, 7}}
		se.observe(later, logs) // before any task is restored
		saved := life{Input: schemas.KindUserAction, Total: last.Total, SpokeAt: last.SpokeAt, Usual: last.Usual, Watched: last.Watched}
		or := origin{lives: []life{saved}}
		got, rest, err := splitMeta(or.append(nil))
		if err != nil || len(rest) != 0 || !slices.Equal(got.lives, or.lives) {
			t.Fatalf("%+v, %d bytes left, %v; want %+v", got.lives, len(rest), err, or.lives)
		}
		se.remember(got.lives)
		return se.observe(later+1000, logs)[0]
	}
	if li := look(end); !li.Silent || li.SpokeAt != last.SpokeAt {
		t.Errorf("nothing was published meanwhile, and the input is %+v", li)
	}
	if li := look(end + 1); li.Silent || li.Usual != last.Usual {
		t.Errorf("something was published meanwhile, and the input is %+v", li)
	}
}

// TestAFalseAlarmTeaches: the first long weekend may freeze, the third may not.
func TestAFalseAlarmTeaches(t *testing.T) {
	co, end := liveConfig(), int64(0)
	se := newSilence(&co)
	from := day0
	var alarms []int
	for range 3 {
		last, _ := se.business(from, 4, &end)
		silent := 0
		for hours := range 4 * 24 {
			if se.observe(last.SpokeAt+int64(hours)*time.Hour.Milliseconds(), map[string][]int64{co.Topics.UserActions: {end, 7}})[0].Silent {
				silent++
			}
		}
		alarms = append(alarms, silent)
		from = from.AddDate(0, 0, 8)
	}
	if alarms[0] == 0 || alarms[2] != 0 {
		t.Errorf("hours that were called silent in three weekends: %v, want some at first and none at last", alarms)
	}
}

// billed is a payment.
func billed(wo *world, id, account string, at time.Time) event {
	return event{topic: wo.topics.Billing, id: id, kind: "payment_succeeded", account: account, at: at}
}

// TestADeadInputFreezesUntilItSpeaks is the whole way: the wall clock goes on, billing goes on, sign-ins do not; nobody is
// called quiet, also not by the next process; the manifests say so; then somebody signs in, and the others are called
// quiet within the hour.
func TestADeadInputFreezesUntilItSpeaks(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	clock := newWallClock(day0)
	co := wo.config()
	ru := wo.start(co, WithClock(clock.now))
	ru.ready(0)
	step := func(ru *running, by time.Duration, events ...event) {
		clock.advance(by)
		wo.publishEvents(events...)
		ru.clockPast(0, clock.now().Add(-co.Grace-time.Second))
	}
	for hours := range 30 { // a day of ordinary life
		step(ru, time.Hour, login(fmt.Sprint("l", hours), "acme", "ann", clock.now().Add(time.Hour)), billed(wo, fmt.Sprint("p", hours), "acme", clock.now().Add(time.Hour)))
	}
	silentAt := clock.now()
	for hours := range 30 {
		step(ru, 2*time.Hour, billed(wo, fmt.Sprint("q", hours), "acme", clock.now().Add(2*time.Hour)))
	}
	if got := ru.metric("input_frozen", "user_action"); got != 1 {
		t.Errorf("input_frozen is %v", got)
	}
	ru.halt()
	ru = wo.start(co, WithClock(clock.now)) // a restart does not unfreeze
	ru.ready(0)
	for hours := range 3 {
		step(ru, 2*time.Hour, billed(wo, fmt.Sprint("r", hours), "acme", clock.now().Add(2*time.Hour)))
	}
	for _, key := range wo.keys() {
		if strings.HasPrefix(key, "quiet") {
			t.Fatalf("called quiet while no sign-in of anybody arrives: %s", key)
		}
	}
	step(ru, time.Minute, login("back", "bolt", "bob", clock.now().Add(time.Minute)))
	for range 9 {
		step(ru, 10*time.Minute)
	}
	wo.await("the absence", func() bool { return len(wo.keys()) == 32 })
	if got := ru.metric("input_frozen", "user_action"); got != 0 {
		t.Errorf("input_frozen is %v after it spoke", got)
	}
	ru.halt()
	if key, want := wo.keys()[31], schemas.DedupeKey("quiet", schemas.UserSubject("acme", "ann"), schemas.TimerEpisode(silentAt.Add(quietAfter).UnixMilli()), "tell", "send", "ann"); key != want {
		t.Errorf("the absence is %s, want %s: due when it was, released later", key, want)
	}
	frozen, released := 0, 0
	for _, ma := range wo.wantSequences() {
		for _, text := range ma.FrozenInputs {
			switch {
			case strings.Contains(text, "until"):
				released++
			case strings.HasPrefix(text, "user_action silent since "): // as of the proof that saw the last sign-in
				frozen++
			}
		}
	}
	if frozen == 0 || released == 0 {
		t.Errorf("manifests: %d name the silence, %d the release", frozen, released)
	}
}

// TestAHeartbeatStandsForItsInput: sign-ins may be rare where another topic shows that their source lives; a topic that is
// not there is named.
func TestAHeartbeatStandsForItsInput(t *testing.T) {
	co := liveConfig()
	co.Heartbeats = map[string]string{co.Topics.UserActions: "acme.heartbeats"}
	if err := co.Validate(); err != nil {
		t.Fatal(err)
	}
	se, at := newSilence(&co), day0.UnixMilli()
	for minute := range int64(3 * 24 * 60) {
		lives := se.observe(at+minute*60_000, map[string][]int64{co.Topics.UserActions: {1}, "acme.heartbeats": {minute}})
		if lives[0].Silent {
			t.Fatalf("silent at minute %d, while its heart beats", minute)
		}
	}
	if lives := se.observe(at+4*24*time.Hour.Milliseconds(), map[string][]int64{co.Topics.UserActions: {500}, "acme.heartbeats": {3*24*60 - 1}}); !lives[0].Silent {
		t.Error("its heart stopped a day ago, and it is not silent")
	}
	wo := newWorld(t, 1, testBundle)
	with := wo.config()
	with.Heartbeats = map[string]string{with.Topics.UserActions: "acme.heartbeats"}
	wo.start(with).fails("topics are missing: acme.heartbeats")
	if _, err := wo.admin.CreateTopic(wo.ctx, 1, 1, map[string]*string{"cleanup.policy": kadm.StringPtr("delete")}, "acme.heartbeats"); err != nil {
		t.Fatal(err)
	}
	with.State = t.TempDir()
	ru := wo.start(with)
	ru.ready(0)
	ru.halt()
}
