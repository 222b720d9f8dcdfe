package processor

import "testing"

// TestAReplayOfAWholeTopicSaysNothingNew: a publisher that sends its log once more, after a restart or in another order of
// accounts, changes nothing within the bounds; every record of it is counted.
func TestAReplayOfAWholeTopicSaysNothingNew(t *testing.T) {
	wo := newWorld(t, 2, testBundle)
	events := inOrder(append(visits("acme", "ann", day0, 20*60*60*1e9, 9), visits("bolt", "bob", day0, 50*60*60*1e9, 4)...))
	until := day0.AddDate(0, 0, 20)
	for range 2 {
		wo.publishEvents(events...)
	}
	ru := wo.runToEnd(until)
	wo.wantKeys(expected(events, until))
	duplicates, records := int64(0), int64(0)
	for _, ma := range wo.wantSequences() {
		duplicates, records = duplicates+ma.Duplicates, records+ma.Records
	}
	if n := int64(len(events)); duplicates != n || records != 2*n {
		t.Errorf("the manifests count %d duplicates of %d records, want %d of %d", duplicates, records, n, 2*n)
	}
	if got := ru.metric("records_duplicate_total", modeEvent); int(got) != len(events) {
		t.Errorf("the metric counts %v duplicates, want %d", got, len(events))
	}
}
