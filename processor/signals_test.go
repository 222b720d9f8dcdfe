package processor

import (
	"slices"
	"testing"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// TestOnlyTheNewestSignalOfAKeyIsWritten: a score that moves twice in one transaction is one record, with the value that
// it ended with; it is counted once and the digest speaks of it.
func TestOnlyTheNewestSignalOfAKeyIsWritten(t *testing.T) {
	reader, err := avro.NewReader(avro.DecoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	score := func(user string, points float64) *schemas.Signal {
		return &schemas.Signal{AccountID: "acme", UserID: user, Name: "score/main", Number: points, HasNumber: true, Columns: []schemas.Field{}}
	}
	wi := newWire(t)
	if err := wi.encode(&outputs{signals: []*schemas.Signal{score("", 70), score("ann", 5), score("", 40)}}, 7); err != nil {
		t.Fatal(err)
	}
	var got []string
	var points []float64
	for _, rec := range wi.records {
		signal, err := reader.DecodeSignal(rec.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rec.Topic != "holdfast.signals" || rec.Partition != 3 {
			t.Errorf("%s/%d", rec.Topic, rec.Partition)
		}
		got, points = append(got, string(rec.Key)), append(points, signal.Number)
	}
	if want := []string{"acme~ann/score/main", "acme/score/main"}; !slices.Equal(got, want) || !slices.Equal(points, []float64{5, 40}) || wi.signals != 2 {
		t.Errorf("keys %v with %v, %d counted; want %v with [5 40], 2", got, points, wi.signals, want)
	}
	before := wi.digest
	if err := wi.encode(&outputs{signals: []*schemas.Signal{score("ann", 5), score("", 41)}}, 7); err != nil || wi.digest == before {
		t.Errorf("the digest does not speak of signals (%v)", err)
	}
}

// TestAReceiptWaitsForWhatCameBeforeIt: receipts are merged by their time like the rest, and hold nobody back.
func TestAReceiptWaitsForWhatCameBeforeIt(t *testing.T) {
	receipt := &input{kind: schemas.KindReceipt, decoded: true, event: schemas.Event{At: 5_000_000_000}, highest: noTime, end: -1}
	actions := &input{kind: schemas.KindUserAction, highest: 1_000, next: 1, end: 9}
	ta := &task{bundle: loadedBundle(t, testBundle), inputs: []*input{actions, receipt}}
	for _, mode := range []string{modeLive, modeEvent} {
		ta.clock.mode = mode
		actions.end = 9
		if ta.mayTake(receipt) {
			t.Errorf("%s: a receipt was taken before the actions that came earlier", mode)
		}
		actions.end = 1
		if !ta.mayTake(receipt) {
			t.Errorf("%s: all actions are read, and the receipt still waits", mode)
		}
		actions.decoded, receipt.decoded = true, false
		if !ta.mayTake(actions) {
			t.Errorf("%s: the receipts hold the actions back", mode)
		}
		actions.decoded, receipt.decoded = false, true
	}
}
