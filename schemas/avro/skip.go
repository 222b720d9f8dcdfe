package avro

import (
	"slices"

	"holdfast/schemas"
)

// What no step wants is passed over: fields that are foreign and no scalars, and what is refused anyway.

// skip passes over a value. It looks at all of it: bytes that goavro would refuse are refused, whoever needs them.
func (cu *cursor) skip(sh *shape) {
	switch sh.code {
	case codeBytes:
		cu.text()
	case codeFixed:
		cu.take(sh.size)
	case codeArray:
		cu.skipArray(sh.inner[0])
	case codeMap:
		cu.skipMap(sh.inner[0])
	case codeRecord:
		for _, inner := range sh.inner {
			cu.skip(inner)
		}
	case codeUnion:
		cu.skip(cu.branch(sh))
	default:
		var va schemas.Value
		cu.scalar(sh, &va)
	}
}

func (cu *cursor) skipArray(items *shape) {
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			cu.skip(items)
		}
	}
}

func (cu *cursor) skipMap(values *shape) {
	from := len(cu.keys)
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			cu.keys = append(cu.keys, cu.text())
			cu.skip(values)
		}
	}
	cu.distinct(from)
	cu.keys = cu.keys[:from]
}

// fewKeys are compared one by one, more are sorted.
const fewKeys = 8

// distinct refuses a map whose keys, those from that place on, are not all different.
func (cu *cursor) distinct(from int) {
	keys := cu.keys[from:]
	if len(keys) > fewKeys {
		slices.Sort(keys)
		for i := 1; i < len(keys); i++ {
			if keys[i] == keys[i-1] {
				cu.fail(faultKeyTwice)
			}
		}
		return
	}
	for i := range keys {
		if slices.Contains(keys[:i], keys[i]) {
			cu.fail(faultKeyTwice)
		}
	}
}
