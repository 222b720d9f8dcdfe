package demo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew; commit only what you understand")

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; look at it with -rewrite and git diff. Now:\n%s", path, got)
	}
}

func TestTheTextReport(t *testing.T) {
	_, re := fixtureReport(1, 60)
	re.PagePath = "out/demo/index.html"
	var text bytes.Buffer
	if err := re.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/report.txt", text.Bytes())
}

func TestABrokenPromiseIsNotHidden(t *testing.T) {
	_, re := fixtureReport(1, 30)
	re.Checks[1] = Check{Promise: "3 lost, 0 too many", Evidence: "missing: inactivity/a~u/t.1/d7/send/u"}
	var text, page bytes.Buffer
	if err := errors.Join(re.WriteText(&text), re.WritePage(&page)); err != nil {
		t.Fatal(err)
	}
	if re.OK() || !strings.Contains(text.String(), "✗ 3 lost") {
		t.Errorf("the text hides it:\n%s", text.String())
	}
	if strings.Contains(page.String(), "Nothing lost") || !strings.Contains(page.String(), "missing: inactivity/a~u/t.1/d7/send/u") {
		t.Error("the page hides it")
	}
}

func TestKeptDataIsExplained(t *testing.T) {
	_, re := fixtureReport(1, 30)
	re.Dir = "out/demo/data"
	var text bytes.Buffer
	if err := re.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"holdfast broker --dir out/demo/data/broker", "holdfast tail", "holdfast lint out/demo/data/playbooks", "holdfast state digest --state out/demo/data/state"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestThePageIsWellFormedAndSelfContained(t *testing.T) {
	_, re := fixtureReport(1, 60)
	var page bytes.Buffer
	if err := re.WritePage(&page); err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?i)https?://|//[a-z]+\.|<script|<link|@import|url\(|src=`).FindString(page.String()); found != "" {
		t.Errorf("the page reaches out: %q", found)
	}
	dec := xml.NewDecoder(&page)
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	pictures := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "svg" {
			pictures++
		}
	}
	if want := 3 + len(re.Stories); pictures != want {
		t.Errorf("%d pictures, want the calendar, two of the kill and one per story: %d", pictures, want)
	}
}

func TestNamesCannotBreakThePage(t *testing.T) {
	_, re := fixtureReport(1, 30)
	re.Stories[0].Subject = `<script>alert("x")</script>`
	var page bytes.Buffer
	if err := re.WritePage(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<script>") {
		t.Error("a name became a part of the page")
	}
}

func TestWithheldDecisionsAreCountedOrdinaryOnesNot(t *testing.T) {
	_, re := fixtureReport(1, 30)
	total := 0
	for _, wi := range re.Withheld {
		total += wi.Count
	}
	if total != 12 {
		t.Errorf("%d decisions not to speak, want 12: %+v", total, re.Withheld)
	}
}
