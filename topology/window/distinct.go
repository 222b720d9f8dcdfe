package window

import (
	"encoding/binary"
	"sort"

	"holdfast/topology"
	"holdfast/topology/value"
)

// A distinct count keeps what it has seen in its first cell, in one of three forms named by the first byte, and the
// count itself in its second, so that reading it costs one integer.
const (
	formSet    = 1 // sorted 8-byte hashes, big-endian: exact
	formSketch = 2 // HyperLogLog registers: see sketch.go for its error
	formDays   = 3 // bitmap of days: exact
)

// MaxExact is the number of distinct values up to which a set is exact (but for days, which always are).
const MaxExact = 256

func (sl *Slot) foldDistinct(sub topology.Subject, va value.Value) {
	if sl.Days {
		sl.foldDay(sub, va.Num)
		return
	}
	hash := hashValue(va)
	cell, _ := sub.Bytes(sl.Key)
	if len(cell) > 0 && cell[0] == formSketch {
		sl.foldSketch(sub, cell, hash)
		return
	}
	sl.foldSet(sub, cell, hash)
}

func (sl *Slot) foldSet(sub topology.Subject, cell []byte, hash uint64) {
	var hashes []byte
	if len(cell) > 0 {
		hashes = cell[1:]
	}
	count := len(hashes) / 8
	i := sort.Search(count, func(i int) bool { return binary.BigEndian.Uint64(hashes[8*i:]) >= hash })
	if i < count && binary.BigEndian.Uint64(hashes[8*i:]) == hash {
		return
	}
	if count == MaxExact {
		sketch := sketchOf(hashes)
		sub.SetBytes(sl.Key, sketch) // even if the new hash raises no register of it
		sl.foldSketch(sub, sketch, hash)
		return
	}
	grown := make([]byte, 0, len(hashes)+9)
	grown = append(grown, formSet)
	grown = append(grown, hashes[:8*i]...)
	grown = binary.BigEndian.AppendUint64(grown, hash)
	grown = append(grown, hashes[8*i:]...)
	sub.SetBytes(sl.Key, grown)
	sub.SetInt(sl.AuxKey, int64(count+1))
}

// foldSketch raises a register. The count never falls: where the estimate of a larger set is lower, the old one stays.
func (sl *Slot) foldSketch(sub topology.Subject, cell []byte, hash uint64) {
	register, rank := place(hash)
	if cell[1+register] >= rank {
		return
	}
	grown := append([]byte(nil), cell...)
	grown[1+register] = rank
	sub.SetBytes(sl.Key, grown)
	seen, _ := sub.Int(sl.AuxKey)
	if count := estimate(grown[1:]); count > seen {
		sub.SetInt(sl.AuxKey, count)
	}
}

// hashValue is FNV-1a over the value, finished with the mixer of MurmurHash3 because the sketch reads single bits.
func hashValue(va value.Value) uint64 {
	h := uint64(14695981039346656037)
	step := func(c byte) { h = (h ^ uint64(c)) * 1099511628211 }
	if va.Kind == value.Text {
		for i := 0; i < len(va.Text); i++ {
			step(va.Text[i])
		}
	} else {
		for n, i := uint64(va.Num), 0; i < 8; n, i = n>>8, i+1 {
			step(byte(n))
		}
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
