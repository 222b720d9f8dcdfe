package operator

import (
	"encoding/binary"
	"math"
)

// reader takes the parts of a cell off its bytes. The first failure sticks, and everything after it is zero.
type reader struct {
	rest []byte
	err  error
}

func (re *reader) fail() {
	re.err, re.rest = errCell, nil
}

// end reports the failure, also when bytes are left.
func (re *reader) end() error {
	if re.err == nil && len(re.rest) > 0 {
		re.fail()
	}
	return re.err
}

func (re *reader) byte() byte {
	if len(re.rest) == 0 {
		re.fail()
		return 0
	}
	b := re.rest[0]
	re.rest = re.rest[1:]
	return b
}

// flags reads a byte of which only the known bits may be set.
func (re *reader) flags(known byte) byte {
	fl := re.byte()
	if fl&^known != 0 {
		re.fail()
	}
	return fl
}

func (re *reader) varint() int64 {
	v, n := binary.Varint(re.rest)
	if n <= 0 || n > 1 && re.rest[n-1] == 0 {
		re.fail() // a last byte of zero is a longer form of the same number
		return 0
	}
	re.rest = re.rest[n:]
	return v
}

func (re *reader) uvarint() uint64 {
	v, n := binary.Uvarint(re.rest)
	if n <= 0 || n > 1 && re.rest[n-1] == 0 {
		re.fail()
		return 0
	}
	re.rest = re.rest[n:]
	return v
}

func (re *reader) int32() int32 {
	v := re.varint()
	if v < math.MinInt32 || v > math.MaxInt32 {
		re.fail()
		return 0
	}
	return int32(v)
}

// count reads the length of a list: no more than there are bytes left.
func (re *reader) count() int {
	n := re.uvarint()
	if n > maxCount || n > uint64(len(re.rest)) {
		re.fail()
		return 0
	}
	return int(n)
}

func (re *reader) text() string {
	n := re.uvarint()
	if n > uint64(len(re.rest)) {
		re.fail()
		return ""
	}
	text := string(re.rest[:n])
	re.rest = re.rest[n:]
	return text
}
