// Package playbook turns a folder of YAML into a checked bundle: every name resolved, every expression typed and
// compiled, every error listed with file, line, column and a suggestion.
package playbook

import (
	"time"

	"holdfast/topology/lang"
	"holdfast/topology/window"
)

// Bundle is a checked bundle. It is read-only once loaded and may be shared.
type Bundle struct {
	Name                          string
	Revision                      int64
	Hash                          string // hex SHA-256 over the files in name order: the bundle_version of everything it decides
	Files                         []File // what was loaded, for holdfast.bundles
	Lateness, FutureSkew, MaxSkew time.Duration
	DefaultZone                   *time.Location
	HistoryComplete               bool
	History                       int64 // ms; since when the inputs hold everything (0 = the task's first clock value)

	Events    []*lang.EventDef
	Facts     []*lang.FactDef
	Slots     []*window.Slot
	Documents []Document  // what is derived, each after what it reads
	Playbooks []*Playbook // by name
	Tests     []Test      // the test documents, in the order of the files
	Later     []Later     // what is checked and not run: see Runnable
	Roles     []string    // sorted; the roles that some recipient or members("role") names: rosters are kept for these only

	byType map[typed][]candidates
}

// File is one loaded file.
type File struct {
	Name string // relative to the bundle's folder
	Text []byte
}
