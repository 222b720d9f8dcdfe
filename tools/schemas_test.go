package tools_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"holdfast/tools/cli"
	"holdfast/topology/timeline"
)

const shippedSchema = "../playbooks/playbook.schema.json"

// TestTheShippedSchemaIsThatOfTheCode: editors read the file in playbooks/.
func TestTheShippedSchemaIsThatOfTheCode(t *testing.T) {
	shipped, err := os.ReadFile(shippedSchema)
	if err != nil {
		t.Fatal(err)
	}
	if got := run(t, "schemas", "--playbooks"); got.stdout != string(shipped) {
		t.Errorf("%s is old; write it anew: holdfast schemas --playbooks > playbooks/playbook.schema.json", shippedSchema)
	}
	run(t, "schemas", "--playbooks", "Decision").want(t, cli.ExitUsage, "", "--playbooks prints one schema: leave Decision out")
}

// TestTheSchemaOfTestsIsThatOfTheTimeline: the keys of `test:` documents are those that the runner reads.
func TestTheSchemaOfTestsIsThatOfTheTimeline(t *testing.T) {
	var schema struct {
		Definitions map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(run(t, "schemas", "--playbooks").stdout), &schema); err != nil {
		t.Fatal(err)
	}
	for name, of := range map[string]any{"a test": timeline.Scenario{}, "a profile": timeline.Profile{}, "an expectation": timeline.Expectation{}} {
		got := []string{}
		for key := range schema.Definitions[name].Properties {
			got = append(got, key)
		}
		want := yamlKeys(reflect.TypeOf(of))
		sort.Strings(got)
		sort.Strings(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has\n%v, the runner\n%v", name, got, want)
		}
	}
}

// yamlKeys are the keys that a struct is read from.
func yamlKeys(of reflect.Type) (keys []string) {
	for i := range of.NumField() {
		if key := strings.Split(of.Field(i).Tag.Get("yaml"), ",")[0]; key != "" && key != "-" {
			keys = append(keys, key)
		}
	}
	return keys
}
