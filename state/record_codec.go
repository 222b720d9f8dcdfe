package state

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// The stored form of a record, version 1. Equal records have equal bytes, and no other bytes decode to them.
//
//	version (1) = 1
//	uvarint: number of cells * 2, + 1 if there is a wake
//	wake (8, ordered as in keys), if there is one
//	cells in the order of their keys:
//	  key (4, big endian) | tag (1) | value
//	  tag 0..8    an integer of that many bytes: zigzag, little endian, no zero byte at the end
//	  tag 9       bytes: uvarint length (246 or more), then the bytes
//	  tag 10..255 bytes: tag-10 of them
//
// A record with no cell and no wake has no stored form: it is a tombstone. Checksums are those of the changelog and of Pebble.
const (
	recordVersion = 1
	cellBytes     = 5 // of the smallest cell
	tagLong       = 9
	tagShort      = 10
	longBytes     = 256 - tagShort
)

// ErrRecord is wrapped by the errors of Decode.
var ErrRecord = errors.New("not a record")

func badRecord(format string, args ...any) error {
	return fmt.Errorf("decode record: %s: %w", fmt.Sprintf(format, args...), ErrRecord)
}

// Append appends the stored form; a record with nothing to remember appends nothing.
func (re *Record) Append(b []byte) []byte {
	if re.vacant() {
		return b
	}
	return re.appendBody(b, re.flip != 0)
}

func (re *Record) appendBody(b []byte, withWake bool) []byte {
	head := uint64(len(re.cells)) << 1
	if withWake {
		head |= 1
	}
	b = binary.AppendUvarint(append(b, recordVersion), head)
	if withWake {
		b = appendWake(b, re.Wake())
	}
	for _, ce := range re.cells {
		b = re.appendCell(b, ce)
	}
	return b
}

func (re *Record) appendCell(b []byte, ce cell) []byte {
	b = binary.BigEndian.AppendUint32(b, ce.key)
	if ce.size == isInt {
		return appendInt(b, int64(ce.value))
	}
	if ce.size < longBytes {
		b = append(b, byte(ce.size+tagShort))
	} else {
		b = binary.AppendUvarint(append(b, tagLong), uint64(ce.size))
	}
	return append(b, re.bytesOf(ce)...)
}

func appendInt(b []byte, v int64) []byte {
	z := uint64(v<<1) ^ uint64(v>>63)
	n := (bits.Len64(z) + 7) / 8
	b = append(b, byte(n))
	return binary.LittleEndian.AppendUint64(b, z)[:len(b)+n]
}

// Decode replaces the record by the one stored in b, copying what it keeps. No bytes at all are the empty record.
// After an error the record is empty.
func (re *Record) Decode(b []byte) error {
	re.reset()
	if len(b) == 0 {
		return nil
	}
	err := re.decode(b)
	if err != nil {
		re.reset()
	}
	return err
}

func (re *Record) decode(b []byte) error {
	count, wake, rest, err := decodeHead(b)
	if err != nil {
		return err
	}
	if count > len(rest)/cellBytes {
		return badRecord("%d cells in %d bytes", count, len(rest))
	}
	if count == 0 && wake == NoWake {
		return badRecord("neither a cell nor a wake")
	}
	re.SetWake(wake)
	re.blob = append(re.blob, rest...) // the bytes of the cells stay where they are among the rest
	re.cells = slices.Grow(re.cells, count)[:count]
	at, err := re.decodeCells()
	if err != nil {
		return err
	}
	if at < len(re.blob) {
		return badRecord("%d bytes too many", len(re.blob)-at)
	}
	re.places.build(re.cells)
	return nil
}

// decodeCells fills in the cells from the blob, and returns where the last one ends.
func (re *Record) decodeCells() (at int, err error) {
	for i := range re.cells {
		ce := &re.cells[i]
		if at, err = re.decodeCell(ce, at); err != nil {
			return 0, err
		}
		if i > 0 && ce.key <= re.cells[i-1].key {
			return 0, badRecord("cell %08x comes after %08x", ce.key, re.cells[i-1].key)
		}
	}
	return at, nil
}

// decodeHead reads what stands before the cells.
func decodeHead(b []byte) (count int, wake int64, rest []byte, err error) {
	if b[0] != recordVersion {
		return 0, 0, nil, badRecord("version %d, this program knows %d", b[0], recordVersion)
	}
	head, n, err := uvarint(b[1:])
	if err != nil {
		return 0, 0, nil, badRecord("number of cells: %v", err)
	}
	if head>>1 > math.MaxInt32 {
		return 0, 0, nil, badRecord("%d cells", head>>1)
	}
	count, wake, rest = int(head>>1), NoWake, b[1+n:]
	if head&1 == 0 {
		return count, wake, rest, nil
	}
	if len(rest) < wakeBytes {
		return 0, 0, nil, badRecord("the wake is cut off")
	}
	wake = parseWake(rest)
	if wake == NoWake {
		return 0, 0, nil, badRecord("a wake that is none")
	}
	return count, wake, rest[wakeBytes:], nil
}

// decodeCell reads the cell at that place of the blob, and returns where it ends.
func (re *Record) decodeCell(ce *cell, at int) (int, error) {
	b := re.blob[at:]
	if len(b) < cellBytes {
		return 0, badRecord("a cell is cut off")
	}
	tag := b[4]
	ce.key = binary.BigEndian.Uint32(b)
	at, b = at+cellBytes, b[cellBytes:]
	if tag < tagLong {
		v, err := decodeInt(b, int(tag))
		ce.size, ce.value = isInt, uint64(v)
		return at + int(tag), err
	}
	size := uint64(tag) - tagShort
	if tag == tagLong {
		var n int
		var err error
		if size, n, err = uvarint(b); err != nil || size < longBytes {
			return 0, badRecord("length of the bytes of cell %08x", ce.key)
		}
		at, b = at+n, b[n:]
	}
	if size > uint64(len(b)) {
		return 0, badRecord("cell %08x has %d bytes of %d", ce.key, len(b), size)
	}
	ce.size, ce.value = uint32(size), uint64(at)
	re.live += int(size)
	return at + int(size), nil
}

func decodeInt(b []byte, n int) (int64, error) {
	if len(b) < n {
		return 0, badRecord("an integer is cut off")
	}
	if n > 0 && b[n-1] == 0 {
		return 0, badRecord("an integer has zero bytes at its end")
	}
	z := lowBytes(b, n)
	return int64(z>>1) ^ -int64(z&1), nil
}

// lowBytes is the little endian number of the first n bytes, at most 8.
func lowBytes(b []byte, n int) uint64 {
	if len(b) >= 8 {
		return binary.LittleEndian.Uint64(b) & (1<<(8*n) - 1)
	}
	var z uint64
	for i := n - 1; i >= 0; i-- {
		z = z<<8 | uint64(b[i])
	}
	return z
}

var errUvarint = errors.New("malformed number")

// uvarint reads the shortest form only: any other would be a second encoding of the same record.
func uvarint(b []byte) (uint64, int, error) {
	v, n := binary.Uvarint(b)
	if n <= 0 || (n > 1 && b[n-1] == 0) {
		return 0, 0, errUvarint
	}
	return v, n, nil
}

// peekWake reads the wake of a stored record without decoding it; a tombstone has none.
func peekWake(b []byte) (int64, error) {
	if len(b) == 0 {
		return NoWake, nil
	}
	_, wake, _, err := decodeHead(b)
	return wake, err
}
