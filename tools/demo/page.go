package demo

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageText string

// WritePage writes the report as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.
func (re *Report) WritePage(w io.Writer) error {
	tpl, err := template.New("page").Funcs(template.FuncMap{
		"count": count, "count64": func(n int64) string { return count(int(n)) }, "date": dateOf, "clock": clockOf,
		"seconds": func(s float64) string { return fmt.Sprintf("%.1f s", s) }, "words": plainWords,
	}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("parse the page: %w", err)
	}
	if err := tpl.Execute(w, re.view()); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

// view is the report with everything placed: the template only prints.
type view struct {
	*Report
	PublishRate, ProcessRate string
	Silent                   int // decisions not to speak
	Calendar                 calendar
	Race                     race
	Bars                     []bar
	Pictures                 []picture
}

// bar is a step with its length in percent of the longest.
type bar struct {
	Playbook, Title string // Title is shown over the first step of a playbook
	First           bool
	StepCount
	Width string
}

func (re *Report) view() view {
	vi := view{
		Report: re, PublishRate: count(int(ratePerSecond(int64(re.Records), re.PublishSeconds))),
		ProcessRate: count(int(re.EventsPerSecond())), Calendar: re.calendar(), Race: re.race(), Bars: re.bars(),
	}
	for _, wi := range re.Withheld {
		vi.Silent += wi.Count
	}
	for _, st := range re.Stories {
		vi.Pictures = append(vi.Pictures, draw(st))
	}
	return vi
}

func (re *Report) bars() []bar {
	longest := 1
	for _, pc := range re.Playbooks {
		for _, st := range pc.Steps {
			longest = max(longest, st.Count)
		}
	}
	var out []bar
	for _, pc := range re.Playbooks {
		for i, st := range pc.Steps {
			out = append(out, bar{
				Playbook: pc.Name, Title: pc.Title, First: i == 0, StepCount: st,
				Width: percent(int64(st.Count), int64(longest)),
			})
		}
	}
	return out
}

// plainWords turns a name of the language into words.
func plainWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

// percent is part/whole as a CSS and SVG length.
func percent(part, whole int64) string {
	if whole == 0 {
		return "0%"
	}
	return fmt.Sprintf("%.2f%%", 100*float64(part)/float64(whole))
}
