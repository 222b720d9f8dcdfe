package operator

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
)

// activation says since when a playbook or a document is in this task, and which subjects were there before it: those of
// a lower generation.
type activation struct {
	Name       string // of the playbook, or the title of the document, which has a blank
	Generation int64
	At         int64 // ms, A of language.md 5
	GoneAt     int64 // ms, when a bundle came without it; 0: it is here
}

// meta is what a task remembers beside its subjects. It is stored in the task record.
type meta struct {
	Generation  int64 // of the subjects that are born now
	FirstClock  int64 // ms, the first clock value of the task (language.md 1, history); 0 while there is none
	Activations []activation
	Silences    []Silence // freeze.go; sorted by input
	Edits       []edit    // edits.go; sorted by playbook, then generation
	Slots       []slotAge // aggregates that are younger than the task, sorted by key
	Pins        []Pin     // pins.go; sorted by playbook, then version
	Sweeping    bool      // silent subjects are still to be judged; Cursor is the last one that was
	Cursor      topology.Ref
}

// slotAge says since when an aggregate is folded.
type slotAge struct {
	Key   uint32
	Since int64 // ms
}

const metaVersion = 3

// find returns the activation of a playbook or document.
func (me *meta) find(name string) (activation, bool) {
	i := sort.Search(len(me.Activations), func(i int) bool { return me.Activations[i].Name >= name })
	if i < len(me.Activations) && me.Activations[i].Name == name {
		return me.Activations[i], true
	}
	return activation{}, false
}

// history is since when the inputs hold everything, where the bundle does not say: the first clock value. Before there
// is one nobody's history is complete.
func (me *meta) history() int64 {
	if me.FirstClock == 0 {
		return math.MaxInt64
	}
	return me.FirstClock
}

// append encodes the meta: version, generation, lists, and the cursor of the sweep.
func (me *meta) append(dst []byte) []byte {
	dst = append(dst, metaVersion, flags(me.Sweeping))
	dst = binary.AppendVarint(dst, me.Generation)
	dst = binary.AppendVarint(dst, me.FirstClock)
	dst = binary.AppendUvarint(dst, uint64(len(me.Activations)))
	for _, ac := range me.Activations {
		dst = appendText(dst, ac.Name)
		dst = appendVarints(dst, ac.Generation, ac.At, ac.GoneAt)
	}
	dst = binary.AppendUvarint(dst, uint64(len(me.Silences)))
	for _, si := range me.Silences {
		dst = appendVarints(append(dst, byte(si.Input)), si.Since, si.Until, si.Over)
	}
	dst = binary.AppendUvarint(dst, uint64(len(me.Edits)))
	for i := range me.Edits {
		dst = me.Edits[i].append(dst)
	}
	dst = binary.AppendUvarint(dst, uint64(len(me.Slots)))
	for _, sl := range me.Slots {
		dst = binary.AppendVarint(binary.BigEndian.AppendUint32(dst, sl.Key), sl.Since)
	}
	dst = binary.AppendUvarint(dst, uint64(len(me.Pins)))
	for i := range me.Pins {
		dst = me.Pins[i].append(dst)
	}
	if me.Sweeping {
		dst = append(appendText(dst, me.Cursor.Account), byte(me.Cursor.Kind))
		dst = appendText(dst, me.Cursor.ID)
	}
	return dst
}

func appendVarints(dst []byte, numbers ...int64) []byte {
	for _, n := range numbers {
		dst = binary.AppendVarint(dst, n)
	}
	return dst
}

// decodeMeta is the inverse. Version 1 had activations only, and none that was gone; version 2 had no pins.
func decodeMeta(b []byte) (me meta, err error) {
	if len(b) == 0 {
		return meta{}, nil
	}
	re := reader{rest: b}
	version := re.byte()
	if version < 1 || version > metaVersion {
		return meta{}, fmt.Errorf("decode task meta: version %d, this program knows 1 to %d: %w", version, metaVersion, errCell)
	}
	me.Sweeping = re.flags(1) != 0
	me.Generation = re.varint()
	me.FirstClock = re.varint()
	for n := re.count(); n > 0 && re.err == nil; n-- {
		ac := activation{Name: re.text(), Generation: re.varint(), At: re.varint()}
		if version > 1 {
			ac.GoneAt = re.varint()
		}
		me.Activations = append(me.Activations, ac)
	}
	if version > 1 {
		me.decodeLists(&re)
	}
	if version > 2 {
		me.decodePins(&re)
	}
	if me.Sweeping {
		me.Cursor = topology.Ref{Account: re.text(), Kind: topology.SubjectKind(re.byte()), ID: re.text()}
	}
	if err := re.end(); err != nil {
		return meta{}, fmt.Errorf("decode task meta: %w", err)
	}
	return me, nil
}

func (me *meta) decodeLists(re *reader) {
	for n := re.count(); n > 0 && re.err == nil; n-- {
		me.Silences = append(me.Silences, Silence{Input: schemas.Kind(re.byte()), Since: re.varint(), Until: re.varint(), Over: re.varint()})
	}
	for n := re.count(); n > 0 && re.err == nil; n-- {
		me.Edits = append(me.Edits, re.edit())
	}
	for n := re.count(); n > 0 && re.err == nil; n-- {
		me.Slots = append(me.Slots, slotAge{Key: re.uint32(), Since: re.varint()})
	}
}

func (re *reader) uint32() uint32 {
	if len(re.rest) < 4 {
		re.fail()
		return 0
	}
	v := binary.BigEndian.Uint32(re.rest)
	re.rest = re.rest[4:]
	return v
}

// cloneRef makes a Ref that does not alias anybody's buffer.
func cloneRef(ref topology.Ref) topology.Ref {
	return topology.Ref{Account: strings.Clone(ref.Account), Kind: ref.Kind, ID: strings.Clone(ref.ID)}
}
