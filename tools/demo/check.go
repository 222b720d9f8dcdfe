package demo

import (
	"fmt"
	"sort"
	"strings"

	"holdfast/schemas"
)

// Judge compares what came out with what had to come out. Every check states what it looked at, so that its reader can
// do the same by hand.
func Judge(bu *Business, out *Output) []Check {
	return []Check{
		nothingTwice(out.Intents),
		nothingMissing(Expect(bu), out.Intents),
		everyRecordOnce(out.Published, out.Manifests),
		nothingRefused(out.DeadLetters),
	}
}

// nothingTwice: an id is there once.
func nothingTwice(intents []schemas.MessageIntent) Check {
	seen := map[string]bool{}
	doubled := 0
	for _, in := range intents {
		if seen[in.IntentID] {
			doubled++
		}
		seen[in.IntentID] = true
	}
	return Check{
		Promise:  fmt.Sprintf("%s doubled", count(doubled)),
		Evidence: fmt.Sprintf("%s intents read back, %s different ids", count(len(intents)), count(len(seen))),
		Kept:     doubled == 0,
	}
}

// nothingMissing: the ids are those of the expectation, for the playbooks that it knows.
func nothingMissing(expected []Expected, intents []schemas.MessageIntent) Check {
	want := map[string]string{}
	for _, ex := range expected {
		want[ex.ID] = ex.Key
	}
	known := map[string]bool{}
	for _, ru := range rules {
		known[ru.playbook] = true
	}
	var extra, missing []string
	compared := 0
	found := map[string]bool{}
	for _, in := range intents {
		if !known[in.Playbook] {
			continue
		}
		compared++
		found[in.IntentID] = true
		if _, ok := want[in.IntentID]; !ok {
			extra = append(extra, in.DedupeKey)
		}
	}
	for _, ex := range expected {
		if !found[ex.ID] {
			missing = append(missing, ex.Key)
		}
	}
	return Check{
		Promise: fmt.Sprintf("%s lost, %s too many", count(len(missing)), count(len(extra))),
		Evidence: fmt.Sprintf("%s of %s intents compared id by id with an expectation of %s, worked out from the list of events by separate code%s",
			count(compared), count(len(intents)), count(len(expected)), examples(missing, extra)),
		Kept: len(missing) == 0 && len(extra) == 0,
	}
}

// examples names some differences, so that a failure can be looked into.
func examples(missing, extra []string) string {
	text := ""
	for _, part := range []struct {
		word string
		keys []string
	}{{"missing", missing}, {"too many", extra}} {
		sort.Strings(part.keys)
		if len(part.keys) > 0 {
			text += fmt.Sprintf("; %s: %s", part.word, strings.Join(part.keys[:min(3, len(part.keys))], ", "))
		}
	}
	return text
}

// everyRecordOnce: the ranges that the committed transactions say they read follow each other without hole or overlap,
// from the first record of every partition to its last.
func everyRecordOnce(published map[string]int64, manifests []schemas.Manifest) Check {
	ranges := map[string][]schemas.InputRange{}
	for _, ma := range manifests {
		for _, in := range ma.Inputs {
			name := fmt.Sprintf("%s/%d", in.Topic, in.Partition)
			ranges[name] = append(ranges[name], in)
		}
	}
	var records, skipped, repeated int64
	for name, end := range published {
		records += end
		sk, rep := tile(ranges[name], end)
		skipped, repeated = skipped+sk, repeated+rep
	}
	return Check{
		Promise: fmt.Sprintf("%s input records skipped, %s read twice", count(int(skipped)), count(int(repeated))),
		Evidence: fmt.Sprintf("the offset ranges in the manifests of %s committed transactions cover each of %s records exactly once",
			count(len(manifests)), count(int(records))),
		Kept: skipped == 0 && repeated == 0 && records > 0,
	}
}

// tile counts holes and overlaps of ranges over [0, end).
func tile(ranges []schemas.InputRange, end int64) (skipped, repeated int64) {
	sort.Slice(ranges, func(i, j int) bool { return ranges[i].FromOffset < ranges[j].FromOffset })
	var at int64
	for _, ra := range ranges {
		if ra.FromOffset > at {
			skipped += ra.FromOffset - at
		}
		if ra.FromOffset < at {
			repeated += min(at, ra.ToOffset) - ra.FromOffset
		}
		at = max(at, ra.ToOffset)
	}
	if end > at {
		skipped += end - at
	}
	return skipped, repeated
}

func nothingRefused(letters []schemas.DeadLetter) Check {
	evidence := "the dead-letter topic is empty"
	if len(letters) > 0 {
		evidence = "the first: " + letters[0].Text
	}
	return Check{Promise: fmt.Sprintf("%s dead letters", count(len(letters))), Evidence: evidence, Kept: len(letters) == 0}
}

// count writes 12345 as 12,345.
func count(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
