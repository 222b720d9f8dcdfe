package holdfast_test

import (
	"go/importer"
	"go/token"
	"strings"
	"testing"
)

// plant is a small source that breaks a law (or, if innocent, comes close and does not).
type plant struct {
	law, path, code string
	innocent        bool
}

var plants = []plant{
	{law: "imports point down", path: "state/a.go", code: `package state; import _ "holdfast/topology"`},
	{law: "imports point down", path: "topology/lang/a.go", code: `package lang; import _ "holdfast/state"`},
	{law: "imports point down", path: "schemas/a_test.go", code: `package schemas; import _ "holdfast/processor"`},
	{law: "imports point down", path: "e2e/oracle/a.go", code: `package oracle; import _ "holdfast/schemas"`},
	{law: "imports point down", path: "novelty/a.go", code: `package novelty; import _ "holdfast/schemas"`},
	{law: "imports point down", path: "processor/a.go", code: `package processor; import _ "holdfast/state"`, innocent: true},
	{law: "imports point down", path: "processor/a_test.go", code: `package processor; import _ "holdfast/broker"`, innocent: true},
	{law: "imports point down", path: "processor/a.go", code: `package processor; import _ "holdfast/broker"`},

	{law: "only its keepers import github.com/cockroachdb/pebble", path: "processor/a.go", code: `package processor; import _ "github.com/cockroachdb/pebble/v2"`},
	{law: "only its keepers import github.com/cockroachdb/pebble", path: "state/a.go", code: `package state; import _ "github.com/cockroachdb/pebble/v2/vfs"`, innocent: true},
	{law: "only its keepers import github.com/linkedin/goavro", path: "schemas/a.go", code: `package schemas; import _ "github.com/linkedin/goavro/v2"`},
	{law: "only its keepers import github.com/twmb/avro", path: "tools/a.go", code: `package tools; import _ "github.com/twmb/avro"`},
	{law: "only its keepers import github.com/twmb/franz-go/pkg/sr", path: "processor/a.go", code: `package processor; import _ "github.com/twmb/franz-go/pkg/sr"`},
	{law: "only its keepers import github.com/twmb/franz-go/pkg/sr", path: "broker/a_test.go", code: `package broker; import _ "github.com/twmb/franz-go/pkg/sr"`, innocent: true},
	{law: "only its keepers import github.com/twmb/franz-go/pkg/sr", path: "broker/a.go", code: `package broker; import _ "github.com/twmb/franz-go/pkg/sr"`},
	{law: "only its keepers import github.com/twmb/franz-go/plugin/kzap", path: "tools/a.go", code: `package tools; import _ "github.com/twmb/franz-go/plugin/kzap"`},
	{law: "only its keepers import github.com/twmb/franz-go/plugin/kprom", path: "state/a.go", code: `package state; import _ "github.com/twmb/franz-go/plugin/kprom"`},
	{law: "only its keepers import github.com/twmb/franz-go", path: "topology/a.go", code: `package topology; import _ "github.com/twmb/franz-go/pkg/kgo"`},
	{law: "only its keepers import github.com/twmb/franz-go", path: "broker/a.go", code: `package broker; import _ "github.com/twmb/franz-go/pkg/kfake"`, innocent: true},
	{law: "only its keepers import go.uber.org/zap", path: "topology/a.go", code: `package topology; import _ "go.uber.org/zap"`},
	{law: "only its keepers import github.com/prometheus", path: "schemas/a.go", code: `package schemas; import _ "github.com/prometheus/client_golang/prometheus"`},
	{law: "only its keepers import github.com/spf13/cobra", path: "processor/a.go", code: `package processor; import _ "github.com/spf13/cobra"`},

	{law: "topology has no clock", path: "topology/a.go", code: `package topology; import "time"; var at = time.Now()`},
	{law: "topology has no clock", path: "topology/a.go", code: `package topology; import wall "time"; func f() { <-wall.After(1) }`},
	{law: "topology has no clock", path: "topology/a.go", code: `package topology; import "time"; const day = 24 * time.Hour`, innocent: true},
	{law: "topology has no clock", path: "topology/a_test.go", code: `package topology; import "time"; var at = time.Now()`, innocent: true},
	{law: "topology touches nothing outside", path: "topology/a.go", code: `package topology; import _ "math/rand/v2"`},
	{law: "topology touches nothing outside", path: "topology/window/a.go", code: `package window; import _ "sync/atomic"`},
	{law: "topology touches nothing outside", path: "topology/a.go", code: `package topology; import _ "log/slog"`},
	{law: "topology touches nothing outside", path: "topology/playbook/load.go", code: `package playbook; import _ "os"`, innocent: true},
	{law: "topology touches nothing outside", path: "topology/playbook/load.go", code: `package playbook; import _ "os/exec"`},
	{law: "topology starts no goroutine", path: "topology/a.go", code: `package topology; func f() { go f() }`},

	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; func f(m map[string]int) (n int) { for _, v := range m { n = v }; return n }`},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; type set map[string]bool; func f(m set) (ks []string) { for k := range m { ks = append(ks, k) }; return ks }`},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; import "maps"; import "slices"; func f(m map[string]int) []string { return slices.Collect(maps.Keys(m)) }`},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; import "sort"; func f(m map[string]int, other []string) (ks []string) { for k := range m { ks = append(ks, k) }; sort.Strings(other); return ks }`},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; import "sort"; func f(m map[string]int) (ks []string) { for k := range m { if k != "" { ks = append(ks, k) } }; sort.Strings(ks); return ks }`, innocent: true},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; import "maps"; import "slices"; func f(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }`, innocent: true},
	{law: "topology never walks a map unsorted", path: "topology/a.go", code: `package topology; func f(list []string) (n int) { for range list { n++ }; return n }`, innocent: true},

	{law: "a main has at most 60 lines", path: "cmd/x/main.go", code: "package main\n" + strings.Repeat("\n", 60)},
	{law: "a main has at most 60 lines", path: "cmd/x/main.go", code: "package main\n" + strings.Repeat("\n", 50), innocent: true},
	{law: "no init functions", path: "state/a.go", code: `package state; func init() {}`},
	{law: "no init functions", path: "state/a.go", code: `package state; type door struct{}; func (do door) init() {}`, innocent: true},
	{law: "tests are not skipped", path: "state/a_test.go", code: `package state; import "testing"; func TestA(t *testing.T) { t.Skip("later") }`},
	{law: "tests are not skipped", path: "state/a.go", code: `package state; type lexer struct{}; func (t *lexer) Skip() { t.Skip() }`, innocent: true},
	{law: "tests do not sleep", path: "state/a_test.go", code: `package state; import "time"; func f() { time.Sleep(1) }`},
	{law: "tests do not sleep", path: "state/a_test.go", code: `package state; import ("time"; _ "testing/synctest"); func f() { time.Sleep(1) }`, innocent: true},
	{law: "exported names are documented", path: "state/a.go", code: "package state\n\nfunc Open() {}\n"},
	{law: "exported names are documented", path: "state/a.go", code: "package state\n\ntype Store struct{}\n"},
	{law: "exported names are documented", path: "state/a.go", code: "package state\n\n// Limits of a batch.\nconst (\n\tMaxA = 1\n)\n", innocent: true},
}

func TestEachLawFindsItsPlant(t *testing.T) {
	byName := map[string]law{}
	for _, la := range laws() {
		byName[la.name] = la
	}
	planted := map[string]bool{}
	for _, pl := range plants {
		la, known := byName[pl.law]
		if !known {
			t.Fatalf("plant for a law that is not there: %s", pl.law)
		}
		planted[pl.law] = planted[pl.law] || !pl.innocent
		found := judge(la, pl.source(t))
		if pl.innocent != (len(found) == 0) {
			t.Errorf("%s\n\tin %s: %s\n\tinnocent %v, but found %v", pl.law, pl.path, pl.code, pl.innocent, found)
		}
	}
	for name := range byName {
		if !planted[name] {
			t.Errorf("law %q has no plant: nobody knows whether it looks", name)
		}
	}
}

// source parses the plant and, where the law reads types, checks it.
func (pl plant) source(t *testing.T) *source {
	t.Helper()
	so, err := parseSource(token.NewFileSet(), pl.path, pl.code)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(pl.law, "map") {
		if err := checkTypes([]*source{so}, "plant", importer.ForCompiler(so.fset, "source", nil)); err != nil {
			t.Fatalf("type-check %s: %v", pl.code, err)
		}
	}
	return so
}
