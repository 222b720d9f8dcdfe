package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// TaskRecord is what a task needs to go on: the last changelog record of each of its transactions, and part of each
// checkpoint. Two task records with one Sequence are the same.
type TaskRecord struct {
	Sequence       int64 // of the transaction, 1 for the first
	Clock          int64 // task clock, ms
	BundleHash     string
	BundleRevision int64
	Positions      []Position // where the inputs stand
	// ChangelogNext is the changelog offset after this transaction's records. It is known when the transaction has
	// been committed: the record in the changelog itself has 0, the one in the store the offset.
	ChangelogNext int64
	Meta          []byte // of the topology, not interpreted here
}

// Position is where an input of the task stands.
type Position struct {
	Topic            string
	Offset           int64 // of the next record
	HighestEventTime int64 // ms
}

// The stored form of a task record, version 1. Numbers are varints (zigzag), strings and bytes have a uvarint length.
//
//	version (1) = 1 | sequence | clock | bundle hash | bundle revision | changelog next |
//	uvarint number of positions | (topic | offset | highest event time)... | meta
const taskRecordVersion = 1

// ErrTaskRecord is wrapped by the errors of DecodeTaskRecord.
var ErrTaskRecord = errors.New("not a task record")

// Append appends the stored form.
func (tr *TaskRecord) Append(b []byte) []byte {
	b = append(b, taskRecordVersion)
	b = binary.AppendVarint(b, tr.Sequence)
	b = binary.AppendVarint(b, tr.Clock)
	b = appendString(b, tr.BundleHash)
	b = binary.AppendVarint(b, tr.BundleRevision)
	b = binary.AppendVarint(b, tr.ChangelogNext)
	b = binary.AppendUvarint(b, uint64(len(tr.Positions)))
	for _, po := range tr.Positions {
		b = appendString(b, po.Topic)
		b = binary.AppendVarint(b, po.Offset)
		b = binary.AppendVarint(b, po.HighestEventTime)
	}
	return appendString(b, string(tr.Meta))
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// DecodeTaskRecord is the inverse of Append.
func DecodeTaskRecord(b []byte) (TaskRecord, error) {
	if len(b) == 0 || b[0] != taskRecordVersion {
		return TaskRecord{}, fmt.Errorf("decode task record: version %x, this program knows %d: %w", b[:min(1, len(b))], taskRecordVersion, ErrTaskRecord)
	}
	rd := reader{rest: b[1:]}
	tr := TaskRecord{Sequence: rd.varint(), Clock: rd.varint(), BundleHash: rd.string(), BundleRevision: rd.varint(), ChangelogNext: rd.varint()}
	for range rd.count(3) {
		tr.Positions = append(tr.Positions, Position{Topic: rd.string(), Offset: rd.varint(), HighestEventTime: rd.varint()})
	}
	if meta := rd.string(); meta != "" {
		tr.Meta = []byte(meta)
	}
	if rd.bad || len(rd.rest) > 0 {
		return TaskRecord{}, fmt.Errorf("decode task record of %d bytes: cut off, or with %d bytes too many: %w", len(b), len(rd.rest), ErrTaskRecord)
	}
	return tr, nil
}

// clone returns a copy that shares nothing.
func (tr *TaskRecord) clone() TaskRecord {
	out := *tr
	out.Positions = slices.Clone(tr.Positions)
	out.Meta = slices.Clone(tr.Meta)
	return out
}

// reader reads fields one after the other and remembers that one was malformed.
type reader struct {
	rest []byte
	bad  bool
}

func (rd *reader) uvarint() uint64 {
	v, n, err := uvarint(rd.rest)
	if err != nil {
		rd.bad, rd.rest = true, nil
		return 0
	}
	rd.rest = rd.rest[n:]
	return v
}

func (rd *reader) varint() int64 {
	z := rd.uvarint()
	return int64(z>>1) ^ -int64(z&1)
}

func (rd *reader) string() string {
	n := rd.uvarint()
	if n > uint64(len(rd.rest)) {
		rd.bad, rd.rest = true, nil
		return ""
	}
	s := string(rd.rest[:n])
	rd.rest = rd.rest[n:]
	return s
}

// count reads the number of things that take at least `bytes` each: a number that cannot be is malformed.
func (rd *reader) count(bytes int) int {
	n := rd.uvarint()
	if n > uint64(len(rd.rest)/bytes) {
		rd.bad, rd.rest = true, nil
		return 0
	}
	return int(n)
}
