package holdfast_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"holdfast/topology/playbook"
)

// ofLater are the parts of the schema that are checked and not run: the page does not explain their keys.
var ofLater = []string{"a link", "a monthly document", "a policy", "a cap", "blast_guard", "holdout", "recipients", "send_window", "when_capped", "experiment"}

// TestTheReferenceHasEveryKey: who may write a key finds it on the page of the language.
func TestTheReferenceHasEveryKey(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(playbook.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/LANGUAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, what := range slices.Sorted(maps.Keys(schema.Defs)) {
		if slices.Contains(ofLater, what) {
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(schema.Defs[what].Properties)) {
			keys++
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(key) + `\b`).Match(page) {
				t.Errorf("docs/LANGUAGE.md does not name the key %s of %s", key, what)
			}
		}
	}
	if keys < 100 {
		t.Errorf("looked for %d keys only: is this the schema?", keys)
	}
}
