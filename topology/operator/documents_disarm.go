package operator

import (
	"fmt"

	"holdfast/topology"
	"holdfast/topology/playbook"
	"holdfast/topology/window"
)

// disarmedKey lists the documents that failed for a subject, after the hash of the bundle that they failed with: another
// bundle tries them again.
var disarmedKey = topology.Key(playbook.DisarmedCell)

// isDisarmed says that a document failed for the subject and stays silent.
func (pa *party) isDisarmed(ta *Task, de *derived) bool {
	list, ok := pa.sub.Bytes(disarmedKey)
	if !ok {
		return false
	}
	hash, rest, ok := window.NextText(list)
	if !ok || window.Alias(hash) != ta.bundle.Hash {
		return false
	}
	for {
		title, more, ok := window.NextText(rest)
		if !ok {
			return false
		}
		if window.Alias(title) == de.title {
			return true
		}
		rest = more
	}
}

// disarmDocument makes a document that failed stay silent for the subject. known is false when the name is that of none.
func (ta *Task) disarmDocument(pa *party, title string) (known bool, err error) {
	for _, de := range ta.docs.of(pa) {
		if de.title != title {
			continue
		}
		list, _ := pa.sub.Bytes(disarmedKey)
		texts := window.DecodeList(list)
		if len(texts) == 0 || texts[0] != ta.bundle.Hash {
			texts = []string{ta.bundle.Hash}
		}
		pa.sub.SetBytes(disarmedKey, window.AppendList(nil, append(texts, title)))
		if err := ta.rearm(pa); err != nil {
			return true, fmt.Errorf("disarm %s: %w", title, err)
		}
		return true, nil
	}
	return false, nil
}
