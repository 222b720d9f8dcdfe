package timeline

import (
	"regexp"
	"slices"
	"strings"
)

// trial is what is played to see whether a document is sound.
type trial struct {
	doc     *document
	around  string          // what it needs beside the words
	names   map[string]bool // the words it needs
	against []*Scenario     // with the expectations about it alone
}

const refused = "refused: "

// trial takes what a document needs, and the expectations about it.
func (bk *broke) trial(doc *document) *trial {
	tr := &trial{doc: doc, names: map[string]bool{}}
	for _, other := range bk.documents {
		if other != doc && doc.needs(other) {
			tr.around += "---\n" + other.sound
		}
	}
	tr.need(tr.around + doc.sound)
	for _, sc := range bk.scenarios {
		about := *sc
		about.expectLines = nil
		about.Expect = slices.DeleteFunc(slices.Clone(sc.Expect), func(ex Expectation) bool { return !doc.isIn(ex) })
		if len(about.Expect) == 0 {
			continue
		}
		tr.against = append(tr.against, &about)
		for _, given := range sc.Given {
			tr.need(strings.Join(sortedKeys(given), " "))
		}
	}
	for _, words := range slices.Backward(bk.documents) {
		if words.words() {
			tr.needWords(words)
		}
	}
	return tr
}

func (tr *trial) need(text string) {
	for _, one := range wordsOf(text) {
		tr.names[one] = true
	}
}

// needWords takes what the declared words that are needed are made of.
func (tr *trial) needWords(doc *document) {
	for grown := 0; grown < len(tr.names); {
		grown = len(tr.names)
		doc.each(func(name, text string) {
			if tr.names[name] || tr.names[name+"_from"] {
				tr.need(text)
			}
		})
	}
}

// needs says whether a document cannot be played without another one.
func (dc *document) needs(other *document) bool {
	if other.kind == "playbook" {
		return strings.Contains(dc.sound, `running("`+other.name+`")`) || dc.kind == "evidence" && strings.Contains(other.sound, "log:")
	}
	return other.derived() && (dc.kind != "playbook" || derivedWords.MatchString(dc.sound))
}

var derivedWords = regexp.MustCompile(`\b(log|tier|score|stage|segment|signal|evidence\w*|\w+_changed|\w+_entered|\w+_left|\w+_raised|\w+_cleared)\b`)

// play says whether an expectation fails, and which.
func (tr *trial) play(words, text string) (noticed bool, why string) {
	bundle, err := loadText(words + tr.around + "---\n" + text)
	if err != nil {
		return false, refused + err.Error()
	}
	for _, sc := range tr.against {
		failures, err := sc.Check(bundle)
		if err != nil {
			return true, err.Error()
		}
		if len(failures) > 0 {
			return true, sc.Title + ": " + strings.Join(failures, "\n")
		}
	}
	return false, ""
}

// wordsFor are the vocabularies with what a trial needs, the broken one in the place of the sound one.
func (bk *broke) wordsFor(tr *trial, broken *document) (text string) {
	for _, doc := range bk.documents {
		if broken != nil && doc.sound == broken.sound {
			doc = broken
		}
		if doc.words() {
			text += "---\n" + doc.kept(tr.names)
		}
	}
	return text
}
