package processor

import (
	"fmt"
	"hash"

	"holdfast/schemas"
)

// encodeSignals encodes the signals of a transaction. The topic is compacted and its readers see a transaction as a whole,
// so of several values of one key only the newest is written, in its place among the others. A value that is gone is a
// record with `closed`, not a tombstone: a reader learns when and under which bundle it went.
func (wi *wire) encodeSignals(sum hash.Hash, signals []*schemas.Signal, sequence int64) error {
	wi.signals = 0
	keys, newest := newestSignals(signals)
	for i, signal := range signals {
		key := keys[i]
		if newest[key] != i {
			continue
		}
		value, err := wi.encoder.AppendSignal(nil, signal)
		if err != nil {
			return fmt.Errorf("encode signal %s: %w", key, err)
		}
		sum.Write(value)
		wi.add(wi.topics.Signals, key, value, wi.encoder.Headers(nil, "Signal", decisionID(wi.partition, sequence, i), signal.AccountID, signal.ChangedAt))
		wi.signals++
	}
	return nil
}

// newestSignals gives the key of each signal, and says which signal of each key is the last.
func newestSignals(signals []*schemas.Signal) (keys []string, newest map[string]int) {
	if len(signals) == 0 {
		return nil, nil
	}
	keys, newest = make([]string, len(signals)), make(map[string]int, len(signals))
	for i, signal := range signals {
		keys[i] = schemas.SignalKey(signal.AccountID, signal.UserID, signal.Name)
		newest[keys[i]] = i
	}
	return keys, newest
}
