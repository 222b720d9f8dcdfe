package avro

import (
	"bytes"
	"encoding/base64"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// ToJSON shows a value of either framing as people read JSON: fields in the order of the schema, unions without
// wrappers, times as RFC 3339, dates as 2026-03-01, bytes as text or as "base64:..." when they are no text.
func (re *Reader) ToJSON(value []byte) ([]byte, error) {
	wr, native, err := re.native(value)
	if err != nil {
		return nil, err
	}
	return appendJSON(nil, wr.root, native), nil
}

func appendJSON(dst []byte, no *node, native any) []byte {
	no, native = branch(no, native)
	switch value := native.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, value)
	case int32:
		return appendInteger(dst, no, int64(value))
	case int64:
		return appendInteger(dst, no, value)
	case float32:
		return appendFloat(dst, float64(value), 32)
	case float64:
		return appendFloat(dst, value, 64)
	case string:
		return appendText(dst, value)
	case []byte:
		return appendBytes(dst, value)
	case []any:
		return appendList(dst, no, value)
	case map[string]any:
		if no.typ == "map" {
			return appendMap(dst, no, value)
		}
		return appendRecord(dst, no, value)
	}
	return append(dst, "null"...)
}

func appendInteger(dst []byte, no *node, num int64) []byte {
	switch {
	case no.logical == "date":
		return appendText(dst, dateText(num))
	case no.logical == "timestamp-micros":
		num = floorDiv(num, 1000)
	case no.logical != "timestamp-millis":
		return strconv.AppendInt(dst, num, 10)
	}
	if num < 0 || num > lastMillis {
		return strconv.AppendInt(dst, num, 10)
	}
	return appendText(dst, string(AppendTime(nil, num)))
}

// appendFloat keeps a double a double when the JSON is read again (5.0), and writes what JSON has no number for as a
// string.
func appendFloat(dst []byte, num float64, bits int) []byte {
	if math.IsNaN(num) || math.IsInf(num, 0) {
		return appendText(dst, strconv.FormatFloat(num, 'g', -1, bits))
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, num, 'g', -1, bits)
	if !bytes.ContainsAny(dst[from:], ".e") {
		dst = append(dst, '.', '0')
	}
	return dst
}

// appendText quotes a string. encoding/json is not used: it escapes < > and &, which people have to read in reasons.
func appendText(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, ru := range text { // invalid UTF-8 ranges as U+FFFD
		switch {
		case ru == '"' || ru == '\\':
			dst = append(dst, '\\', byte(ru))
		case ru == '\n':
			dst = append(dst, '\\', 'n')
		case ru < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[ru>>4], hex[ru&15])
		default:
			dst = utf8.AppendRune(dst, ru)
		}
	}
	return append(dst, '"')
}

func appendBytes(dst, value []byte) []byte {
	if utf8.Valid(value) {
		return appendText(dst, string(value))
	}
	return appendText(dst, "base64:"+base64.StdEncoding.EncodeToString(value))
}

func appendList(dst []byte, no *node, list []any) []byte {
	dst = append(dst, '[')
	for i, element := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendJSON(dst, no.items, element)
	}
	return append(dst, ']')
}

func appendMap(dst []byte, no *node, elements map[string]any) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(elements)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, name), ':')
		dst = appendJSON(dst, no.items, elements[name])
	}
	return append(dst, '}')
}

func appendRecord(dst []byte, no *node, record map[string]any) []byte {
	dst = append(dst, '{')
	for i, fi := range no.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, fi.name), ':')
		dst = appendJSON(dst, fi.typ, record[fi.name])
	}
	return append(dst, '}')
}
