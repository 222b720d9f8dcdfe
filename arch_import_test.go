package holdfast_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mayImport says which rooms a room knows: imports point down, and topology and state do not know each other.
// A room that is not listed is refused until it is.
var mayImport = map[string][]string{
	"schemas":   {},
	"playbooks": {},
	"topology":  {"schemas", "playbooks"},
	"state":     {"schemas"},
	"broker":    {"schemas"},
	"processor": {"topology", "state", "schemas", "playbooks"},
	"sender":    {"topology", "state", "schemas"},
	"console":   {"schemas"},
	"tools":     {"broker", "processor", "topology", "state", "schemas", "playbooks"},
	"cmd":       {"tools", "processor", "sender", "console", "broker", "topology", "state", "schemas", "playbooks"},
	"e2e":       {},
	"deploy":    {},
}

// testsMayImport says what a room's tests know beside that: a real broker in the same process.
var testsMayImport = map[string][]string{
	"processor": {"broker"},
	"sender":    {"broker"},
}

// foldersMayImport says what a folder knows beside what its room knows: a program that drives the product from inside,
// because its figures are those of its own process.
var foldersMayImport = map[string][]string{
	"e2e/peers": {"processor", "broker", "schemas"},
}

// keeper binds a library to the folders that may know it.
type keeper struct {
	library string   // import path, and everything below it
	folders []string // where any file may import it
	tests   []string // where only tests may
	why     string
}

var keepers = []keeper{
	{library: "github.com/cockroachdb/pebble", folders: []string{"state"}, why: "ask state for a store; topology declares the small interface it needs"},
	{library: "github.com/linkedin/goavro", folders: []string{"schemas/avro"}, why: "decode and encode through schemas/avro"},
	{library: "github.com/twmb/avro", folders: []string{"schemas/avro"}, why: "decode and encode through schemas/avro"},
	{library: "github.com/twmb/franz-go/pkg/sr", folders: []string{"schemas/avro"}, tests: []string{"broker", "e2e"}, why: "resolve schemas through schemas/avro"},
	{library: "github.com/twmb/franz-go/plugin/kzap", folders: []string{"processor", "sender"}, why: "only the runtimes log their client"},
	{library: "github.com/twmb/franz-go/plugin/kprom", folders: []string{"processor", "sender"}, why: "only the runtimes count their client"},
	{library: "github.com/twmb/franz-go", folders: []string{"processor", "sender", "broker", "tools", "cmd", "e2e", "schemas/avro"}, why: "take and return records of schemas; processor, sender, broker and tools speak to Kafka"},
	{library: "go.uber.org/zap", folders: []string{"cmd", "processor", "sender", "state"}, why: "return an error that carries the path; the loop that decides its fate logs it once"},
	{library: "github.com/prometheus", folders: []string{"cmd", "processor", "sender", "state"}, why: "return counts as plain numbers; the runtime exports them"},
	{library: "github.com/spf13/cobra", folders: []string{"tools", "cmd"}, why: "flags belong to the doors: take a Config"},
}

func importLaws() []law {
	everywhere := func(*source) bool { return true }
	all := []law{{
		name:    "imports point down",
		instead: "move what both need into the lower room, or let the upper room pass it in (design: cmd -> processor, sender -> topology, state -> schemas)",
		applies: func(so *source) bool { return so.room() != "" },
		find:    findUpwardImports,
	}}
	for _, ke := range keepers {
		all = append(all, law{
			name:    "only its keepers import " + ke.library,
			instead: ke.why,
			applies: everywhere,
			find:    ke.find,
		})
	}
	return all
}

func findUpwardImports(so *source) []finding {
	allowed, known := mayImport[so.room()]
	var found []finding
	for _, spec := range so.file.Imports {
		room, ours := strings.CutPrefix(importPath(spec.Path.Value), module+"/")
		if !ours {
			continue
		}
		room, _, _ = strings.Cut(room, "/")
		if !known {
			found = append(found, so.at(spec.Pos(), "room %s has no line in mayImport", so.room()))
		} else if room != so.room() && !slices.Contains(allowed, room) && !slices.Contains(foldersMayImport[so.dir()], room) && !(so.test() && slices.Contains(testsMayImport[so.room()], room)) {
			found = append(found, so.at(spec.Pos(), "%s imports %s", so.room(), room))
		}
	}
	return found
}

func (ke keeper) find(so *source) []finding {
	if so.in(ke.folders...) || so.test() && so.in(ke.tests...) {
		return nil
	}
	var found []finding
	for _, spec := range so.file.Imports {
		if name := importPath(spec.Path.Value); below(name, ke.library) && !moreSpecific(name, ke) {
			found = append(found, so.at(spec.Pos(), "%s imports %s, which only %s may", so.dir(), name, strings.Join(ke.folders, ", ")))
		}
	}
	return found
}

// moreSpecific says that another keeper binds a longer prefix of the path, so that this one has no say.
func moreSpecific(name string, ke keeper) bool {
	return slices.ContainsFunc(keepers, func(other keeper) bool {
		return len(other.library) > len(ke.library) && below(other.library, ke.library) && below(name, other.library)
	})
}

func below(name, prefix string) bool {
	return name == prefix || strings.HasPrefix(name, prefix+"/")
}

func importPath(literal string) string {
	name, err := strconv.Unquote(literal)
	if err != nil {
		panic(fmt.Sprintf("an import path that the parser accepted: %s", literal))
	}
	return name
}
