package avro

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"holdfast/schemas"
)

// choices makes writer schemas and data of them out of bytes that a fuzzer or a property test draws. Without bytes it
// takes the first of all things, so that less bytes are a simpler case.
type choices struct {
	bytes []byte
	named []string // types that were defined in this field: fields are moved about
	types int      // that have a name
	tame  bool     // nothing that an event refuses, as far as that is easily said
}

// of picks one of n.
func (ch *choices) of(n int) int {
	if len(ch.bytes) == 0 {
		return 0
	}
	by := ch.bytes[0]
	ch.bytes = ch.bytes[1:]
	return int(by) % n
}

// oneIn is true once in n times, and never when the bytes are used up.
func (ch *choices) oneIn(n int) bool { return ch.of(n) == n-1 }

func pick[T any](ch *choices, list ...T) T { return list[ch.of(len(list))] }

// writerSchema is the reader's schema of a kind as another team would write it: fields left out, added, moved, of other
// types, in unions.
func (ch *choices) writerSchema(kind schemas.Kind) string {
	text, _ := schemas.Avsc(kind.RecordName())
	root, err := parseSchema(text)
	if err != nil {
		panic(err)
	}
	ch.tame = ch.of(4) < 3
	var fields []string
	for _, fi := range root.fields {
		if ch.oneIn(8) {
			continue
		}
		ch.named = nil
		at := len(fields) - min(len(fields), ch.of(4))
		fields = slices.Insert(fields, at, fmt.Sprintf(`{"name":%q,"type":%s}`, fi.name, ch.variant(fi.typ)))
	}
	for i := range ch.of(4) {
		ch.named = nil
		fields = slices.Insert(fields, ch.of(len(fields)+1), fmt.Sprintf(`{"name":"more%d","type":%s}`, i, ch.anyType(3)))
	}
	return `{"type":"record","name":"W","namespace":"acme","fields":[` + strings.Join(fields, ",") + `]}`
}

// variant is a type, as it is or as it may have been before or after.
func (ch *choices) variant(no *node) string {
	if ch.tame {
		return ch.tameVariant(no)
	}
	switch ch.of(10) {
	case 6:
		return ch.union(no, "null")
	case 7:
		return ch.union(no, pick(ch, "null", "string", "int", "bytes", "boolean"))
	case 8:
		return ch.anyType(2)
	case 9:
		return pick(ch, `"int"`, `"long"`, `"float"`, `"double"`, `"string"`, `"bytes"`, `{"type":"long","logicalType":"timestamp-micros"}`)
	}
	return spelled(no)
}

// tameVariant is a type whose values the reader's type has too.
func (ch *choices) tameVariant(no *node) string {
	narrow := map[string][]string{
		"long":   {`"int"`, `{"type":"long","logicalType":"timestamp-millis"}`},
		"double": {`"float"`, `"int"`, `"long"`},
		"string": {fmt.Sprintf(`{"type":"enum","name":"E%d","symbols":["granted","user"]}`, ch.types)},
	}[no.typ]
	ch.types++
	switch which := ch.of(8); {
	case which == 7 && no.typ != "array":
		return ch.union(no, "null")
	case which == 6 && narrow != nil && no.logical == "":
		return pick(ch, narrow...)
	case which == 5 && no.logical == "timestamp-millis":
		return pick(ch, `"string"`, `"long"`, `{"type":"long","logicalType":"timestamp-micros"}`)
	}
	return spelled(no)
}

// union adds a primitive type to the branches of a type, before or after them, unless it is one already.
func (ch *choices) union(no *node, more string) string {
	branches := []*node{no}
	if no.typ == "union" {
		branches = slices.Clone(no.branches)
	}
	if !slices.ContainsFunc(branches, func(branch *node) bool { return branch.typ == more }) {
		branches = slices.Insert(branches, ch.of(len(branches)+1), &node{typ: more})
	}
	return spelled(&node{typ: "union", branches: branches})
}

// spelled writes a type with its logical type, which canonical leaves out.
func spelled(no *node) string {
	switch {
	case no.logical != "":
		return fmt.Sprintf(`{"type":%q,"logicalType":%q}`, no.typ, no.logical)
	case no.typ == "union":
		var all []string
		for _, branch := range no.branches {
			all = append(all, spelled(branch))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	return no.canonical()
}

// anyType is any type at all.
func (ch *choices) anyType(depth int) string {
	most := 19
	if depth == 0 {
		most = 13
	}
	switch which := ch.of(most); which {
	case 10:
		return fmt.Sprintf(`{"type":"enum","name":%q,"symbols":["granted","B","user"]}`, ch.name())
	case 11:
		return fmt.Sprintf(`{"type":"fixed","name":%q,"size":%d}`, ch.name(), 1+ch.of(3))
	case 12:
		if len(ch.named) == 0 {
			return `"null"`
		}
		return strconv.Quote(pick(ch, ch.named...)) // of the same namespace
	case 13, 14:
		return `{"type":"map","values":` + ch.anyType(depth-1) + `}`
	case 15:
		return `{"type":"array","items":["int",` + pick(ch, `"string"`, `"null"`, `{"type":"map","values":"int"}`) + `]}`
	case 16:
		return `["null","boolean","long","double","string"]`
	case 17:
		return pick(ch, `["string",{"type":"map","values":"string"}]`, `[{"type":"long","logicalType":"timestamp-micros"},"string"]`, `["null",{"type":"int","logicalType":"date"},"double"]`)
	case 18:
		first, second := ch.anyType(depth-1), ch.anyType(depth-1)
		return fmt.Sprintf(`{"type":"record","name":%q,"fields":[{"name":"a","type":%s},{"name":"b","type":%s}]}`, ch.name(), first, second)
	default:
		return []string{`"string"`, `"long"`, `"int"`, `"boolean"`, `"double"`, `"float"`, `"null"`, `"bytes"`,
			`{"type":"int","logicalType":"date"}`, `{"type":"long","logicalType":"timestamp-millis"}`}[which]
	}
}

// name is one for a new type.
func (ch *choices) name() string {
	ch.types++
	name := "T" + strconv.Itoa(ch.types)
	ch.named = append(ch.named, name)
	return name
}

// appendDatum appends a value of the type; name is that of the field it is in.
func (ch *choices) appendDatum(dst []byte, no *node, name string) []byte {
	switch no.typ {
	case "boolean":
		return append(dst, byte(ch.of(2)))
	case "int":
		return binary.AppendVarint(dst, ch.number(math.MaxInt32, math.MinInt32))
	case "long":
		return binary.AppendVarint(dst, ch.number(at, at*1000, math.MaxInt64, math.MinInt64))
	case "float":
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(pick(ch, 1, 0.5, -3, 1e30, float32(ch.odd()))))
	case "double":
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(pick(ch, 1, 0.5, -3, 1e17, ch.odd())))
	case "string", "bytes":
		text := ch.text(name)
		return append(binary.AppendVarint(dst, int64(len(text))), text...)
	case "enum":
		return binary.AppendVarint(dst, int64(ch.of(len(no.symbols))))
	case "fixed":
		return append(dst, make([]byte, no.size)...)
	case "union":
		branch := ch.of(len(no.branches))
		return ch.appendDatum(binary.AppendVarint(dst, int64(branch)), no.branches[branch], name)
	case "record":
		for _, fi := range no.fields {
			dst = ch.appendDatum(dst, fi.typ, fi.name)
		}
	case "array", "map":
		return ch.appendBlocks(dst, no, name)
	}
	return dst
}

// number is a small one or one of those.
func (ch *choices) number(large ...int64) int64 {
	if ch.tame {
		return pick(ch, 1, 7, int64(1+ch.of(256)), 20_000, large[0])
	}
	return pick(ch, append(large, 0, 1, -1, 5, int64(ch.of(256)))...)
}

func (ch *choices) odd() float64 {
	if ch.tame {
		return 4
	}
	return pick(ch, math.NaN(), math.Inf(1))
}

func (ch *choices) text(name string) string {
	switch {
	case !ch.tame && ch.oneIn(2):
		return pick(ch, "", "\xff", "granted", "user", "2026-03-08", "x"+strconv.Itoa(ch.of(256)))
	case name == "kind":
		return "user"
	case name == "consents":
		return pick(ch, "granted", "denied")
	case strings.HasSuffix(name, "_at"):
		return pick(ch, "2026-03-08T09:00:00Z", "2026-03-08T09:00:00.123+02:00")
	case strings.HasSuffix(name, "_on"):
		return "2026-03-08"
	}
	return pick(ch, "a1", "ok", "grün und blau", strings.Repeat("long", 20), "x"+strconv.Itoa(ch.of(256)))
}

// appendBlocks appends an array or map in blocks, some with their size. Keys differ, unless a byte says otherwise.
func (ch *choices) appendBlocks(dst []byte, no *node, name string) []byte {
	key := 0
	for range pick(ch, 1, 0, 2, 3) {
		items := pick(ch, 2, 1, 3, 12)
		var block []byte
		for range items {
			if no.typ == "map" {
				key++
				text := pick(ch, "k", "email", "feature", "x") + strconv.Itoa(key)
				switch {
				case ch.oneIn(60):
					text = pick(ch, "k1", "more0", "more1")
				case !ch.tame && ch.oneIn(60):
					text = "\xff"
				}
				block = append(binary.AppendVarint(block, int64(len(text))), text...)
			}
			block = ch.appendDatum(block, no.items, name)
		}
		if ch.oneIn(4) {
			dst = binary.AppendVarint(binary.AppendVarint(dst, -int64(items)), int64(len(block)))
		} else {
			dst = binary.AppendVarint(dst, int64(items))
		}
		dst = append(dst, block...)
	}
	return append(dst, 0)
}

// damaged is the datum with a few bytes that are not as they were.
func (ch *choices) damaged(datum []byte) []byte {
	datum = slices.Clone(datum)
	for range 1 + ch.of(3) {
		if len(datum) == 0 {
			return append(datum, byte(ch.of(256)))
		}
		i := (ch.of(256)<<8 | ch.of(256)) % len(datum)
		switch ch.of(5) {
		case 0:
			datum[i] ^= 1 << ch.of(8)
		case 1:
			datum[i] = pick[byte](ch, 0x00, 0x01, 0x02, 0x7f, 0x80, 0xff)
		case 2:
			datum = datum[:i]
		case 3:
			datum = slices.Insert(datum, i, byte(ch.of(256)))
		case 4:
			datum = slices.Delete(datum, i, i+1)
		}
	}
	return datum
}
