package state

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The golden files are the bytes that earlier versions of this program have stored. They are never rewritten: a new
// version of a codec adds a file.

// golden reads hexadecimal digits; blanks and lines that begin with # are for people.
func golden(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			digits.WriteString(strings.Join(strings.Fields(line), ""))
		}
	}
	b, err := hex.DecodeString(digits.String())
	must(t, err)
	return b
}

func goldenRecord() *Record {
	var re Record
	re.SetInt(1, 0)
	re.SetInt(2, -1)
	re.SetInt(0x80000000, math.MaxInt64)
	re.SetInt(0x80000001, math.MinInt64)
	re.SetInt(3, 1700000000000)
	re.SetBytes(4, []byte("pro"))
	re.SetBytes(5, nil)
	re.SetBytes(0xffffffff, bytes.Repeat([]byte("z"), 246))
	re.SetWake(3400000000001)
	return &re
}

func goldenTask() TaskRecord {
	return TaskRecord{
		Sequence: 42, Clock: 1700000000000, BundleHash: "sha256:ab", BundleRevision: 3, ChangelogNext: 123456,
		Positions: []Position{{"telemetry.billing", 7, 1699999999999}, {"telemetry.user-actions", 1 << 40, -1}},
		Meta:      []byte{0, 1, 2},
	}
}

func TestRecordGolden(t *testing.T) {
	want := golden(t, "record-v1.hex")
	if got := goldenRecord().Append(nil); !bytes.Equal(got, want) {
		t.Errorf("encoded\n%x, want\n%x", got, want)
	}
	var re Record
	must(t, re.Decode(want))
	if !sameRecord(&re, goldenRecord()) {
		t.Errorf("decoded %v", re)
	}
}

func TestTaskRecordGolden(t *testing.T) {
	want := golden(t, "task-record-v1.hex")
	task := goldenTask()
	if got := task.Append(nil); !bytes.Equal(got, want) {
		t.Errorf("encoded\n%x, want\n%x", got, want)
	}
	got, err := DecodeTaskRecord(want)
	must(t, err)
	if !reflect.DeepEqual(got, task) {
		t.Errorf("decoded %+v", got)
	}
}

func sameRecord(a, b *Record) bool {
	type flat struct {
		key uint32
		v   int64
		b   string
		is  bool
	}
	list := func(re *Record) (out []flat) {
		re.Each(func(key uint32, v int64, b []byte) { out = append(out, flat{key, v, string(b), b != nil}) })
		return out
	}
	return a.Wake() == b.Wake() && reflect.DeepEqual(list(a), list(b))
}

func anyRecord(rt *rapid.T) *Record {
	var re Record
	for range rapid.IntRange(0, 20).Draw(rt, "writes") {
		key := rapid.OneOf(rapid.Uint32Range(0, 10), rapid.Uint32()).Draw(rt, "key")
		switch rapid.IntRange(0, 4).Draw(rt, "write") {
		case 0:
			re.Delete(key)
		case 1:
			re.SetBytes(key, bytes.Repeat([]byte("b"), rapid.IntRange(0, 600).Draw(rt, "size")))
		default:
			re.SetInt(key, rapid.Int64().Draw(rt, "value"))
		}
	}
	if rapid.Bool().Draw(rt, "wake") {
		re.SetWake(rapid.Int64().Draw(rt, "at"))
	}
	return &re
}

func TestRecordRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		re := anyRecord(rt)
		stored := re.Append(nil)
		if (len(stored) == 0) != (re.Len() == 0 && re.Wake() == NoWake) {
			rt.Fatalf("%d cells are stored as %x", re.Len(), stored)
		}
		var back Record
		must(t, back.Decode(stored))
		if !sameRecord(re, &back) || !bytes.Equal(back.Append(nil), stored) {
			rt.Fatalf("%v comes back as %v", re, back)
		}
		wake, err := peekWake(stored)
		if err != nil || wake != re.Wake() {
			rt.Fatalf("the wake of %x is %d %v, want %d", stored, wake, err, re.Wake())
		}
	})
}

// TestRecordAgainstMap compares a record with a map under random writes.
func TestRecordAgainstMap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var re Record
		ints, byteses := map[uint32]int64{}, map[uint32]string{}
		for range rapid.IntRange(0, 60).Draw(rt, "writes") {
			key := rapid.Uint32Range(0, 12).Draw(rt, "key")
			delete(ints, key)
			delete(byteses, key)
			switch rapid.IntRange(0, 3).Draw(rt, "write") {
			case 0:
				re.Delete(key)
			case 1:
				ints[key] = rapid.Int64().Draw(rt, "value")
				re.SetInt(key, ints[key])
			case 2:
				byteses[key] = rapid.String().Draw(rt, "value")
				re.SetBytes(key, []byte(byteses[key]))
			case 3:
				re.compact(nil)
				re.Delete(key)
			}
		}
		for key := range uint32(13) {
			v, isInt := re.Int(key)
			if want, ok := ints[key]; v != want || isInt != ok {
				rt.Fatalf("integer %d is %d %v, want %d %v", key, v, isInt, want, ok)
			}
			b, isBytes := re.Bytes(key)
			if want, ok := byteses[key]; string(b) != want || isBytes != ok {
				rt.Fatalf("bytes %d are %q %v, want %q %v", key, b, isBytes, want, ok)
			}
		}
		if re.Len() != len(ints)+len(byteses) || re.Empty() != (re.Len() == 0) {
			rt.Fatalf("%d cells, want %d", re.Len(), len(ints)+len(byteses))
		}
	})
}

func TestDecodeRecordRefuses(t *testing.T) {
	cases := []struct{ name, stored, want string }{
		{"newer version", "0200", "version 2, this program knows 1"},
		{"nothing after the version", "01", "number of cells"},
		{"long form of a number", "018000", "number of cells"},
		{"more cells than bytes", "01feffffff0f", "cells in 0 bytes"},
		{"more cells than there can be", "01ffffffffffffffff7f", "cells"},
		{"cut off wake", "010100000000", "wake is cut off"},
		{"wake that is none", "0101ffffffffffffffff", "a wake that is none"},
		{"nothing to remember", "0100", "neither a cell nor a wake"},
		{"cells out of order", "01040000000200" + "0000000100", "cell 00000001 comes after 00000002"},
		{"one cell twice", "01040000000200" + "0000000200", "comes after"},
		{"cut off integer", "01020000000102aa", "integer is cut off"},
		{"long form of an integer", "01020000000102aa00", "zero bytes at its end"},
		{"cut off bytes", "0102000000010d6161", "has 2 bytes of 3"},
		{"long form of short bytes", "010200000001090161", "length of the bytes"},
		{"endless bytes", "01020000000109ffffffffffffffffff01", "has 0 bytes of"},
		{"a byte too many", "010200000001" + "0000", "1 bytes too many"},
	}
	for _, tc := range cases {
		b, err := hex.DecodeString(tc.stored)
		must(t, err)
		re := *goldenRecord()
		err = re.Decode(b)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !errors.Is(err, ErrRecord) {
			t.Errorf("%s: error %v, want %q", tc.name, err, tc.want)
		}
		if !re.Empty() || re.Wake() != NoWake {
			t.Errorf("%s: the record is not empty after the error", tc.name)
		}
	}
}

func TestDecodeTaskRecordRefuses(t *testing.T) {
	task := goldenTask()
	whole := task.Append(nil)
	for n := range whole {
		if _, err := DecodeTaskRecord(whole[:n]); !errors.Is(err, ErrTaskRecord) {
			t.Errorf("the first %d bytes: error %v", n, err)
		}
	}
	if _, err := DecodeTaskRecord(append(whole, 0)); !errors.Is(err, ErrTaskRecord) {
		t.Errorf("a byte too many: error %v", err)
	}
	many := append([]byte{1, 0, 0, 0, 0, 0}, 0xff, 0xff, 0xff, 0xff, 0x0f, 0)
	if _, err := DecodeTaskRecord(many); !errors.Is(err, ErrTaskRecord) {
		t.Errorf("a number of positions that cannot be: error %v", err)
	}
}

func anyKey(rt *rapid.T, name string) SubjectKey {
	text := rapid.StringOf(rapid.RuneFrom([]rune{0, 1, 2, 'a', 'b', 0xff, 0x100}))
	return SubjectKey{Account: text.Draw(rt, name+" account"), Kind: rapid.SampledFrom([]byte("aru")).Draw(rt, name+" kind"), ID: text.Draw(rt, name+" id")}
}

func TestSubjectKeyRoundTripAndOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := anyKey(rt, "a"), anyKey(rt, "b")
		back, err := ParseSubjectKey(a.Append(nil))
		if err != nil || back != a {
			rt.Fatalf("%v comes back as %v, %v", a, back, err)
		}
		if got, want := bytes.Compare(a.Append(nil), b.Append(nil)), a.Compare(b); got != want {
			rt.Fatalf("%v and %v compare as %d, their bytes as %d", a, b, want, got)
		}
		account := SubjectKey{Account: a.Account}.Append(nil)
		account = account[:len(account)-1] // without the kind
		if bytes.HasPrefix(b.Append(nil), account) != (a.Account == b.Account) {
			rt.Fatalf("the keys of %q are no range of their own: %v", a.Account, b)
		}
	})
}

func TestParseSubjectKeyRefuses(t *testing.T) {
	for stored, want := range map[string]string{
		"":         "no end",
		"6161":     "no end",
		"61610001": "kind is missing",
		"61000275": "unknown escape 0x00 0x02 at byte 1",
		"6100":     "no end",
		"6100ff":   "no end",
	} {
		b, _ := hex.DecodeString(stored)
		if _, err := ParseSubjectKey(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", stored, err, want)
		}
	}
}

func TestWakesSortAsBytes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.Int64().Draw(rt, "a"), rapid.Int64().Draw(rt, "b")
		if parseWake(appendWake(nil, a)) != a || bytes.Compare(appendWake(nil, a), appendWake(nil, b)) < 0 != (a < b) {
			rt.Fatalf("%d and %d", a, b)
		}
	})
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add(goldenRecord().Append(nil))
	f.Add([]byte{1, 2, 0, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var re Record
		if re.Decode(b) != nil {
			return
		}
		if again := re.Append(nil); !bytes.Equal(again, b) {
			t.Fatalf("%x decodes, and encodes as %x", b, again)
		}
		if cap(re.blob) > 4*len(b)+64 || cap(re.cells) > 4*len(b)+64 {
			t.Fatalf("%d bytes take %d and %d", len(b), cap(re.blob), cap(re.cells))
		}
	})
}

func FuzzDecodeTaskRecord(f *testing.F) {
	task := goldenTask()
	f.Add(task.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		task, err := DecodeTaskRecord(b)
		if err != nil {
			return
		}
		if again := task.Append(nil); !bytes.Equal(again, b) {
			t.Fatalf("%x decodes, and encodes as %x", b, again)
		}
	})
}

func FuzzParseSubjectKey(f *testing.F) {
	f.Add([]byte("acme\x00\x01uann"))
	f.Add([]byte("a\x00\xffb\x00\x01a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		sk, err := ParseSubjectKey(b)
		if err != nil {
			return
		}
		if again := sk.Append(nil); !bytes.Equal(again, b) {
			t.Fatalf("%x parses, and is written as %x", b, again)
		}
	})
}
