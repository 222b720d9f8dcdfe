package golden_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"holdfast/tools"
	"holdfast/topology/playbook"
)

const language = "../../docs/LANGUAGE.md"

// block is a code block of the guide: ```WORD, its text, ```.
var block = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```\n")

// TestTheGuideSaysWhatHappens writes the files of docs/LANGUAGE.md as a reader would, runs its commands in their order and
// compares what they print (-rewrite writes it into the guide).
func TestTheGuideSaysWhatHappens(t *testing.T) {
	text, err := os.ReadFile(language)
	if err != nil {
		t.Fatal(err)
	}
	guide, reference, found := strings.Cut(string(text), "\n# Reference\n")
	if !found {
		t.Fatal("the guide has no reference")
	}
	path, err := filepath.Abs(language)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	commands := 0
	shown := block.ReplaceAllStringFunc(guide, func(whole string) string {
		parts := block.FindStringSubmatch(whole)
		first, rest, _ := strings.Cut(parts[2], "\n")
		if name, isFile := strings.CutPrefix(first, "# file: "); isFile {
			writeFile(t, name, rest)
		}
		if command, isCommand := strings.CutPrefix(first, "$ holdfast "); isCommand {
			commands++
			var out bytes.Buffer
			tools.Main(context.Background(), strings.Fields(command), strings.NewReader(""), &out, &out)
			return "```console\n" + first + "\n" + out.String() + "```\n"
		}
		return whole
	})
	if commands < 6 {
		t.Errorf("%d commands", commands)
	}
	got := shown + "\n# Reference\n" + reference
	if got != string(text) {
		rewriteGuide(t, path, got)
		t.Errorf("the guide says otherwise (-rewrite writes it anew); it is\n%s", shown)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheReferenceLoads: its YAML is one bundle that loads, runs and has nothing dead in it.
func TestTheReferenceLoads(t *testing.T) {
	text, err := os.ReadFile(language)
	if err != nil {
		t.Fatal(err)
	}
	_, reference, _ := strings.Cut(string(text), "\n# Reference\n")
	var documents []string
	for _, parts := range block.FindAllStringSubmatch(reference, -1) {
		documents = append(documents, parts[2])
	}
	if len(documents) < 4 {
		t.Fatalf("%d blocks", len(documents))
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "reference.yaml"), strings.Join(documents, "---\n"))
	bu, err := playbook.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if err := bu.Runnable(); err != nil {
		t.Error(err)
	}
	for _, wa := range bu.Warnings() {
		if !wa.Note {
			t.Error(wa)
		}
	}
}

// rewriteGuide writes the guide anew if it is asked for. The test has left the folder of the package.
func rewriteGuide(t *testing.T, path, text string) {
	t.Helper()
	if !*rewrite {
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
