package operator

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strings"

	"holdfast/topology"
)

// activation says since when a playbook is in this task, and which subjects were there before it: those of a lower
// generation.
type activation struct {
	Playbook   string
	Generation int64
	At         int64 // ms, A of language.md 5
}

// meta is what a task remembers beside its subjects. It is stored in the task record.
type meta struct {
	Generation  int64 // of the subjects that are born now
	FirstClock  int64 // ms, the first clock value of the task (language.md 1, history); 0 while there is none
	Activations []activation
	Sweeping    bool // silent subjects are still to be judged; Cursor is the last one that was
	Cursor      topology.Ref
}

const metaVersion = 1

// find returns the activation of a playbook.
func (me *meta) find(playbook string) (activation, bool) {
	i := sort.Search(len(me.Activations), func(i int) bool { return me.Activations[i].Playbook >= playbook })
	if i < len(me.Activations) && me.Activations[i].Playbook == playbook {
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

// append encodes the meta: version, generation, activations by name, and the cursor of the sweep.
func (me *meta) append(dst []byte) []byte {
	dst = append(dst, metaVersion, flags(me.Sweeping))
	dst = binary.AppendVarint(dst, me.Generation)
	dst = binary.AppendVarint(dst, me.FirstClock)
	dst = binary.AppendUvarint(dst, uint64(len(me.Activations)))
	for _, ac := range me.Activations {
		dst = appendText(dst, ac.Playbook)
		dst = binary.AppendVarint(dst, ac.Generation)
		dst = binary.AppendVarint(dst, ac.At)
	}
	if me.Sweeping {
		dst = append(appendText(dst, me.Cursor.Account), byte(me.Cursor.Kind))
		dst = appendText(dst, me.Cursor.ID)
	}
	return dst
}

func decodeMeta(b []byte) (me meta, err error) {
	if len(b) == 0 {
		return meta{}, nil
	}
	re := reader{rest: b}
	if version := re.byte(); version != metaVersion {
		return meta{}, fmt.Errorf("decode task meta: version %d, this program knows %d: %w", version, metaVersion, errCell)
	}
	me.Sweeping = re.flags(1) != 0
	me.Generation = re.varint()
	me.FirstClock = re.varint()
	for n := re.count(); n > 0 && re.err == nil; n-- {
		me.Activations = append(me.Activations, activation{Playbook: re.text(), Generation: re.varint(), At: re.varint()})
	}
	if me.Sweeping {
		me.Cursor = topology.Ref{Account: re.text(), Kind: topology.SubjectKind(re.byte()), ID: re.text()}
	}
	if err := re.end(); err != nil {
		return meta{}, fmt.Errorf("decode task meta: %w", err)
	}
	return me, nil
}

// cloneRef makes a Ref that does not alias anybody's buffer.
func cloneRef(ref topology.Ref) topology.Ref {
	return topology.Ref{Account: strings.Clone(ref.Account), Kind: ref.Kind, ID: strings.Clone(ref.ID)}
}
