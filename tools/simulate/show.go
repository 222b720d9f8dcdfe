package simulate

import (
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"time"

	"holdfast/tools/cli"
	"holdfast/topology/playbook"
	"holdfast/topology/timeline"
)

// play runs the events through the bundle and ends the clock at `until` (ms; below 0: at the newest event).
func play(bundle *playbook.Bundle, lines []timeline.Line, until int64) (*timeline.World, error) {
	wo, err := timeline.NewWorld(bundle)
	if err != nil {
		return nil, err
	}
	if until < 0 {
		for i := range lines {
			until = max(until, lines[i].Event.At)
		}
	}
	if err := wo.Play(timeline.Merge(lines), until); err != nil {
		return nil, fmt.Errorf("simulate: %w", err)
	}
	return wo, nil
}

// show prints the story and what it adds up to.
func show(out io.Writer, wo *timeline.World, opts options) error {
	story := wo.Story(opts.filter)
	if opts.format == "json" {
		return showJSON(out, story)
	}
	for _, en := range story {
		if _, err := fmt.Fprintln(out, en); err != nil {
			return err
		}
	}
	for _, fa := range wo.Failures {
		if _, err := fmt.Fprintln(out, fa); err != nil {
			return err
		}
	}
	return showTotals(out, wo, story)
}

// line is an entry of the story for programs.
type line struct {
	At       string `json:"at"`
	Subject  string `json:"subject"`
	What     string `json:"what"`
	Playbook string `json:"playbook"`
	Text     string `json:"text"`
}

func showJSON(out io.Writer, story []timeline.Entry) error {
	encoder := json.NewEncoder(out)
	for _, en := range story {
		at := time.UnixMilli(en.At).UTC().Format(time.RFC3339Nano)
		if err := encoder.Encode(line{At: at, Subject: en.Subject, What: en.What, Playbook: en.Playbook, Text: en.Text}); err != nil {
			return err
		}
	}
	return nil
}

// showTotals counts the messages by playbook and step.
func showTotals(out io.Writer, wo *timeline.World, story []timeline.Entry) error {
	counts := map[string]int64{}
	total := int64(0)
	for _, en := range story {
		if en.What == "published" {
			counts[en.Playbook]++
			total++
		}
	}
	if _, err := fmt.Fprintf(out, "\n%s until %s\n", cli.Count(total, "message"), time.UnixMilli(wo.End()).UTC().Format("2006-01-02T15:04Z")); err != nil {
		return err
	}
	steps := make([]string, 0, len(counts))
	for step := range counts {
		steps = append(steps, step)
	}
	sort.Strings(steps)
	for _, step := range steps {
		if _, err := fmt.Fprintf(out, "%8d  %s\n", counts[step], step); err != nil {
			return err
		}
	}
	return nil
}
