package playbook

import (
	"fmt"
	"sort"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// Explain puts the documents of a file into plain English, with the instants at which time wakes them and what they keep
// of every subject; "" explains all files.
func (bu *Bundle) Explain(file string) string {
	ex := &explaining{bundle: bu, cost: &cost{}}
	for _, doc := range newWritten(bu.Files).documents {
		if file != "" && doc.file != file {
			continue
		}
		ex.place = fmt.Sprintf("%s:%d", doc.file, doc.body.line)
		ex.document(doc)
	}
	ex.tests(file)
	ex.total(file)
	return ex.sb.String()
}

// explaining writes the text.
type explaining struct {
	bundle *Bundle
	sb     strings.Builder
	place  string // of the document at hand
	cost   *cost  // of all that was explained
}

func (ex *explaining) line(indent int, format string, args ...any) {
	ex.sb.WriteString(strings.Repeat("  ", indent) + fmt.Sprintf(format, args...) + "\n")
}

// head begins the paragraph of a document.
func (ex *explaining) head(name, title string) {
	if ex.sb.Len() > 0 {
		ex.sb.WriteString("\n")
	}
	if title != "" {
		name += ": " + title
	}
	ex.line(0, "%s  (%s)", name, ex.place)
}

func (ex *explaining) document(doc document) {
	title := doc.body.at("title").text
	switch doc.kind {
	case "playbook":
		for _, pb := range ex.bundle.Playbooks {
			if pb.Name == doc.name {
				ex.head("playbook "+doc.name, title)
				ex.playbook(pb)
			}
		}
	case "bundle", "vocabulary":
		ex.head(doc.kind+" "+doc.name, title)
		ex.vocabulary(doc.body)
	case "health", "evidence", "stages":
		ex.head(doc.kind+" "+doc.name, title)
		ex.derived(doc.kind + " " + doc.name)
	case "segments", "signals":
		ex.head(doc.kind+" "+doc.name, title)
		for _, en := range doc.body.at("list").entries {
			ex.derived(strings.TrimSuffix(doc.kind, "s") + " " + en.key)
		}
	default:
		ex.head(doc.kind+" "+doc.name, title)
		ex.line(1, "Checked, but not run by this release.")
	}
}

// vocabulary counts the words.
func (ex *explaining) vocabulary(body *node) {
	var parts []string
	for _, part := range []string{"events", "lists", "maps"} {
		if n := len(body.at(part).entries); n > 0 {
			parts = append(parts, counted(n, strings.TrimSuffix(part, "s")))
		}
	}
	for _, part := range []string{"facts", "metrics", "sets"} {
		for _, scope := range body.at(part).entries {
			parts = append(parts, counted(len(scope.value.entries), strings.TrimSuffix(part, "s"))+" of the "+scope.key)
		}
	}
	if len(parts) > 0 {
		ex.line(1, "Names %s.", strings.Join(parts, ", "))
	}
	if body.entry("bundle") == nil {
		return
	}
	history := "History is what the inputs hold."
	switch {
	case ex.bundle.HistoryComplete:
		history = "History is complete: what was never seen did not happen."
	case ex.bundle.History != 0:
		history = "History begins " + value.OfTime(ex.bundle.History).String() + ": of older accounts and users, what was seen is a bound."
	}
	ex.line(1, "Rules of time wait %s for late events. Zone of those who have none: %s. %s", plainDuration(ex.bundle.Lateness.Milliseconds()), ex.bundle.DefaultZone, history)
}

// tests counts the golden timelines.
func (ex *explaining) tests(file string) {
	n := 0
	for _, te := range ex.bundle.Tests {
		if file == "" || te.File == file {
			n++
		}
	}
	if n > 0 {
		ex.line(0, "\n%s: run them with `holdfast test`.", counted(n, "test"))
	}
}

// counted is "1 test" or "2 tests".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// reactions names the events that concern programs, for people: those the bundle declares.
func reactions(programs []*lang.Program) string {
	seen := map[string]bool{}
	var names []string
	for _, pg := range programs {
		for _, de := range pg.Events {
			if name := de.Name; name != "" && !de.Hidden && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}
