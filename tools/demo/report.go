package demo

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// WriteText writes the report for a terminal or a log.
func (re *Report) WriteText(w io.Writer) error {
	pa := &page{}
	re.writeHead(pa)
	re.writeKill(pa)
	re.writeChecks(pa)
	re.writeIntents(pa)
	re.writeStories(pa)
	re.writeNext(pa)
	if _, err := io.WriteString(w, pa.text.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// page collects lines.
type page struct{ text strings.Builder }

func (pa *page) line(format string, args ...any) {
	pa.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (pa *page) heading(text string) {
	pa.line("\n%s\n%s", text, strings.Repeat("─", len([]rune(text))))
}

func (re *Report) writeHead(pa *page) {
	pa.heading("The business")
	pa.line("%s accounts, %s users, %s to %s, %s events (seed %d)",
		count(re.Accounts), count(re.Users), dateOf(re.Start), dateOf(re.End), count(re.Events), re.Seed)
	pa.line("published to Kafka   %8s records/s   (%s records in %.1f s)",
		count(int(ratePerSecond(int64(re.Records), re.PublishSeconds))), count(re.Records), re.PublishSeconds)
	pa.line("processed            %8s records/s   (%.1f s in all: start, kill, restart and recovery included)",
		count(int(re.EventsPerSecond())), re.ProcessSeconds())
}

func (re *Report) writeKill(pa *page) {
	if len(re.Runs) < 2 {
		return
	}
	pa.heading("The kill")
	first, last := re.Runs[0], re.Runs[len(re.Runs)-1]
	pa.line("kill -9 to process %d after %.1f s, with %s of %s records committed.",
		first.PID, first.Seconds, count(int(re.KilledAt)), count(re.Records))
	if re.Torn > 0 {
		pa.line("It tore a transaction apart: %s intents lay in the log and were never committed. Nobody who reads", count(re.Torn))
		pa.line("committed records ever sees them; their input was done again.")
	}
	pa.line("Process %d took over from the changelog and finished after %.1f s.", last.PID, last.Seconds)
}

func (re *Report) writeChecks(pa *page) {
	pa.heading("Promised and kept")
	for _, ch := range re.Checks {
		sign := "✓"
		if !ch.Kept {
			sign = "✗"
		}
		pa.line("%s %s", sign, ch.Promise)
		for _, text := range wrap(ch.Evidence, 92) {
			pa.line("    %s", text)
		}
	}
}

func (re *Report) writeIntents(pa *page) {
	pa.heading(fmt.Sprintf("%s intents, by playbook", count(re.Intents)))
	pa.line("%s messages and tasks, and %s taken back because their reason went away in time", count(re.Said()), count(re.TakenBack))
	for _, pc := range re.Playbooks {
		pa.line("%-30s %6s   %s", pc.Name, count(pc.Total()), pc.Title)
		for _, st := range pc.Steps {
			pa.line("    %-26s %6s   %s", st.Step, count(st.Count), st.Words())
		}
	}
	if len(re.Withheld) == 0 {
		return
	}
	pa.heading("Not said, and why")
	for _, wi := range re.Withheld[:min(6, len(re.Withheld))] {
		pa.line("%6s  %s %s", count(wi.Count), wi.name(), plainWords(wi.Outcome))
		pa.line("        for example: %s", wi.Example)
	}
}

func (re *Report) writeStories(pa *page) {
	for _, st := range re.Stories {
		pa.heading(st.Heading + ": " + st.Subject)
		pa.line("%s", strip(st))
		from, to := dateOf(st.From), dateOf(st.To)
		pa.line("%s%s%s", from, strings.Repeat(" ", max(1, stripWidth-len(from)-len(to))), to)
		for _, mark := range st.Marks {
			sign := "·"
			if mark.Number > 0 {
				sign = fmt.Sprint(min(mark.Number, 9))
			}
			pa.line("  %s %s  %s", sign, clockOf(mark.At), sentence(mark))
			for _, text := range wrap(mark.Why, 70) {
				pa.line("                        %s", text)
			}
		}
	}
	pa.line("\n(▁▅█ what they did, ░ a silence of a week or more, 1 2 3 what was said)")
}

func (re *Report) writeNext(pa *page) {
	pa.heading("What to try next")
	for _, hi := range re.Next() {
		pa.line("%s", hi.Words)
		pa.line("    %s", hi.Command)
	}
	if re.PagePath != "" {
		pa.line("\nThe same with pictures: %s", re.PagePath)
	}
}

// sentence is a mark in one line.
func sentence(mark Mark) string {
	if mark.Plain == "" {
		return mark.Title
	}
	return mark.Title + ", " + mark.Plain
}

func dateOf(atMillis int64) string { return time.UnixMilli(atMillis).UTC().Format("2 Jan 2006") }

func clockOf(atMillis int64) string { return time.UnixMilli(atMillis).UTC().Format("02 Jan 15:04 UTC") }

// wrap breaks text at spaces into lines of at most width runes, if its words allow.
func wrap(text string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			out = append(out, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
