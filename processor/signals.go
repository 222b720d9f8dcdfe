package processor

import (
	"fmt"

	"holdfast/schemas"
)

// addSignals encodes the signals of a transaction. The topic is compacted and its readers see a transaction as a whole,
// so of several values of one key only the newest is written, in its place among the others. A value that is gone is a
// record with `closed`, not a tombstone: a reader learns when and under which bundle it went.
func (wi *wire) addSignals(signals []*schemas.Signal) error {
	wi.newest.find(signals)
	for i, signal := range signals {
		key := wi.newest.keys[i]
		if key == "" {
			continue
		}
		value, err := wi.encoder.AppendSignal(wi.value[:0], signal)
		if err != nil {
			return fmt.Errorf("encode signal %s: %w", key, err)
		}
		wi.headers = wi.encoder.Headers(wi.headers[:0], "Signal", wi.say(wi.outputID(i), signal.AccountID, signal.ChangedAt))
		wi.add(wi.topics.Signals, wi.text(key), value)
		wi.signals++
	}
	return nil
}

// newestSignals finds the last signal of each key of a transaction. Its memory is used again.
type newestSignals struct {
	keys  []string       // of each signal; "" (which is no key) if a later one has the same
	index map[string]int // of the last one of each key so far
}

func (ne *newestSignals) find(signals []*schemas.Signal) {
	clear(ne.keys)
	ne.keys = ne.keys[:0]
	clear(ne.index)
	if ne.index == nil {
		ne.index = map[string]int{}
	}
	for i, signal := range signals {
		key := schemas.SignalKey(signal.AccountID, signal.UserID, signal.Name)
		if before, ok := ne.index[key]; ok {
			ne.keys[before] = ""
		}
		ne.keys = append(ne.keys, key)
		ne.index[key] = i
	}
}
