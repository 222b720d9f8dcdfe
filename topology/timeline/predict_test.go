package timeline

import (
	"fmt"
	"os"
	"sort"
	"testing"
	"time"

	"holdfast/schemas"
)

// Does a health score, written as a growth person would write one, say who comes back? History to the end of September
// 1997, label = buys in the 39 weeks after it: the split of EXPECTED.md, where days since the last purchase reach an AUC
// of 0.7714 and a fitted BG/NBD model 0.7725.
const (
	recencyAUC = 0.7714
	wantedAUC  = 0.77
)

var (
	splitAt  = time.Date(1997, 10, 1, 0, 0, 0, 0, time.UTC).UnixMilli() - 1
	labelEnd = time.Date(1998, 6, 30, 23, 59, 59, 0, time.UTC).UnixMilli()
)

func TestTheScoreSaysWhoComesBack(t *testing.T) {
	file, whole := cdnowFile()
	purchases := readPurchases(t, file)
	text, err := os.ReadFile("testdata/repeat_buyers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	wo, err := NewWorld(load(t, string(text)))
	if err != nil {
		t.Fatal(err)
	}
	lines, newest, returned := split(purchases)
	if err := wo.Play(lines, splitAt); err != nil {
		t.Fatal(err)
	}
	scores := map[string]float64{}
	for _, si := range wo.Signals {
		if si.Name == "score/repeat_buyers" {
			scores[si.AccountID] = si.Number
		}
	}
	if len(scores) != len(newest) {
		t.Fatalf("%d accounts have a score, %d bought something", len(scores), len(newest))
	}
	recency := map[string]float64{}
	for account, at := range newest {
		recency[account] = float64(at)
	}
	ours, theirs := areaUnderCurve(scores, returned), areaUnderCurve(recency, returned)
	t.Logf("%d customers, %d return: AUC of the score %.4f, of recency alone %.4f", len(newest), len(returned), ours, theirs)
	if whole && (ours < wantedAUC || fmt.Sprintf("%.4f", theirs) != fmt.Sprint(recencyAUC)) {
		t.Errorf("AUC of the score is %.4f, want %.2f or more; of recency %.4f, EXPECTED.md says %.4f", ours, wantedAUC, theirs, recencyAUC)
	}
	if ours <= theirs {
		t.Errorf("the score (%.4f) says no more than recency alone (%.4f)", ours, theirs)
	}
}

// split gives the records up to the split, the newest purchase of everybody in them, and who bought after it.
func split(purchases []purchase) (lines []Line, newest map[string]int64, returned map[string]bool) {
	newest, returned = map[string]int64{}, map[string]bool{}
	for i, pu := range purchases {
		if pu.at > splitAt {
			if _, known := newest[pu.customer]; known && pu.at <= labelEnd {
				returned[pu.customer] = true
			}
			continue
		}
		newest[pu.customer] = max(newest[pu.customer], pu.at)
		lines = append(lines, Line{Arrives: pu.at, Event: schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", Type: "purchased",
			ID: fmt.Sprint(pu.line), Account: pu.customer, OccurredAt: pu.at, At: pu.at, Count: 1, Offset: int64(i)}})
	}
	return lines, newest, returned
}

// areaUnderCurve is the chance that somebody with the label has the higher score, ties counted half (Mann and Whitney).
func areaUnderCurve(scores map[string]float64, label map[string]bool) float64 {
	names := sortedKeys(scores)
	sort.SliceStable(names, func(i, j int) bool { return scores[names[i]] < scores[names[j]] })
	ranks, positive := 0.0, 0
	for from := 0; from < len(names); {
		to := from
		for to < len(names) && scores[names[to]] == scores[names[from]] {
			to++
		}
		for _, name := range names[from:to] {
			if label[name] {
				ranks += float64(from+to+1) / 2
				positive++
			}
		}
		from = to
	}
	negative := len(names) - positive
	return (ranks - float64(positive*(positive+1))/2) / float64(positive*negative)
}
