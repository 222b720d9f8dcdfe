package processor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// TestPinnedEpisodesGoOnAsTheyBegan: each text that is still needed is read from holdfast.bundles at every start, also two
// bundles later and after the local state is gone.
func TestPinnedEpisodesGoOnAsTheyBegan(t *testing.T) {
	wo := newWorld(t, 2, "")
	text := func(revision int, delay string) string {
		pinned := strings.Replace(planBundle, "class: lifecycle\n", "class: lifecycle\npin: true\n", 1)
		return strings.NewReplacer("revision: 1", fmt.Sprint("revision: ", revision), "after: 10d", "after: "+delay).Replace(pinned)
	}
	wo.writeBundle(text(1, "10d"))
	co := wo.config()
	day := func(n int) time.Time { return day0.AddDate(0, 0, n) }
	wo.publishEvents(login("l1", "acme", "ann", day0), login("l2", "bolt", "ann", day0))
	wo.start(toEnd(co, day(2))).finish()

	wo.writeBundle(text(2, "20d"))
	wantText(t, wo.plan(co), "changed welcome", "pinned: the open episodes go on as they began", "2 open episodes: 0 stop at once, 0 waiting steps move")
	wo.publishEvents(login("l3", "acme", "bob", day(3)))
	wo.start(toEnd(co, day(4))).finish()

	wo.writeBundle(text(3, "1d"))
	wo.start(toEnd(co, day(5))).finish()
	co = wo.config() // another folder: the state comes from the changelog
	wo.publishEvents(login("l4", "acme", "cem", day(6)))
	wo.start(toEnd(co, day(40))).finish()

	var got []string
	for _, in := range wo.intents() {
		if in.Step == "later" {
			got = append(got, fmt.Sprintf("%s/%s %dd", in.AccountID, in.Recipient.UserID, in.DueAt/millisOfDay-day0.UnixMilli()/millisOfDay))
		}
	}
	slices.Sort(got)
	if want := "acme/ann 10d, acme/bob 23d, acme/cem 7d, bolt/ann 10d"; strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

const millisOfDay = 24 * 60 * 60 * 1000

// TestWithoutThePinnedTextNothingRuns: the error says whose text is missing, where, and what to do.
func TestWithoutThePinnedTextNothingRuns(t *testing.T) {
	wo := newWorld(t, 1, strings.Replace(planBundle, "class: lifecycle\n", "class: lifecycle\npin: true\n", 1))
	co := wo.config()
	wo.publishEvents(login("l1", "acme", "ann", day0))
	wo.start(toEnd(co, day0.AddDate(0, 0, 1))).finish()
	first := wo.bundlesKept()[0]
	wo.writeBundle(strings.NewReplacer("revision: 1", "revision: 2", "after: 10d", "after: 3d").Replace(planBundle))
	wo.start(toEnd(co, day0.AddDate(0, 0, 2))).finish()
	wo.publish(&kgo.Record{Topic: wo.topics.Bundles, Key: []byte(first)})
	wo.start(toEnd(co, day0.AddDate(0, 0, 3))).fails("playbook welcome of bundle "+first[:12], "its text is not in "+wo.topics.Bundles, "--accept-lower-revision")
}
