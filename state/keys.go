package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The key space, one page. Everything of a partition is one range, so it can be restored, digested and dropped alone.
//
//	partition (4, big endian) | 'k' | name                     local notes of the partition
//	                                  "task/<partition>"       the task record of the last checkpoint
//	                                  "timers"                 watermark of the timer index (8, ordered)
//	                                  "restore"                a restore is under way: the next changelog offset (8)
//	partition (4, big endian) | 's' | subject                  a subject's record
//	partition (4, big endian) | 't' | wake (8, ordered) | subject     timer index, derived: no value
//
//	subject = account, 0x00 escaped as 0x00 0xff | 0x00 0x01 | kind (1) | id
//	ordered = big endian with the sign bit flipped, so that bytes compare as the numbers do
//
// The escape keeps the order of accounts and makes no account's keys a prefix of another's: all subjects of an account
// are neighbours. The changelog key of a record is its key here without the partition: 's' | subject for a subject,
// 'k' | "task/<partition>" for the task record. The other keys are local and never leave the store.
const (
	partitionBytes = 4
	spaceBytes     = partitionBytes + 1 // partition and the letter of the key space
	wakeBytes      = 8

	spaceNotes    = 'k'
	spaceSubjects = 's'
	spaceTimers   = 't'

	escaped      = 0xff
	endOfAccount = 0x01

	timersNote  = "timers"
	restoreNote = "restore"
)

// MaxKeyBytes bounds an encoded subject key. Longer ones are refused when the subject is opened.
const MaxKeyBytes = 4096

// SubjectKey names a subject within a partition.
type SubjectKey struct {
	Account string
	Kind    byte   // 'a' the account, 'r' a roster, 'u' a user; part of the stored key
	ID      string // "" for the account
}

// Append appends the ordered encoding of the key.
func (sk SubjectKey) Append(b []byte) []byte {
	account := sk.Account
	for {
		i := strings.IndexByte(account, 0)
		if i < 0 {
			break
		}
		b = append(append(b, account[:i]...), 0, escaped)
		account = account[i+1:]
	}
	b = append(append(b, account...), 0, endOfAccount, sk.Kind)
	return append(b, sk.ID...)
}

// Compare orders keys as the store does.
func (sk SubjectKey) Compare(other SubjectKey) int {
	if c := cmp.Compare(sk.Account, other.Account); c != 0 {
		return c
	}
	if c := cmp.Compare(sk.Kind, other.Kind); c != 0 {
		return c
	}
	return cmp.Compare(sk.ID, other.ID)
}

// String prints the key for people: account/kind/id.
func (sk SubjectKey) String() string {
	return fmt.Sprintf("%q/%c/%q", sk.Account, sk.Kind, sk.ID)
}

// ParseSubjectKey is the inverse of Append.
func ParseSubjectKey(b []byte) (SubjectKey, error) {
	end := 0
	zeros := 0
	for {
		i := bytes.IndexByte(b[end:], 0)
		if i < 0 || end+i+1 >= len(b) {
			return SubjectKey{}, fmt.Errorf("parse subject key %x: the account has no end", b)
		}
		end += i
		if b[end+1] == endOfAccount {
			break
		}
		if b[end+1] != escaped {
			return SubjectKey{}, fmt.Errorf("parse subject key %x: unknown escape 0x00 0x%02x at byte %d", b, b[end+1], end)
		}
		zeros++
		end += 2
	}
	if end+2 >= len(b) {
		return SubjectKey{}, fmt.Errorf("parse subject key %x: the kind is missing", b)
	}
	sk := SubjectKey{Account: string(b[:end]), Kind: b[end+2], ID: string(b[end+3:])}
	if zeros > 0 {
		sk.Account = strings.ReplaceAll(sk.Account, "\x00\xff", "\x00")
	}
	return sk, nil
}

// appendSpace starts a key of a partition in one of the key spaces.
func appendSpace(b []byte, partition uint32, space byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, partition), space)
}

// spaceBounds are the first key of a key space and the first one after it.
func spaceBounds(partition uint32, space byte) (lower, upper []byte) {
	return appendSpace(nil, partition, space), appendSpace(nil, partition, space+1)
}

// partitionBounds are the first key of a partition and the first one after it; upper is nil after the last partition.
func partitionBounds(partition uint32) (lower, upper []byte) {
	lower = binary.BigEndian.AppendUint32(nil, partition)
	if partition+1 > partition {
		upper = binary.BigEndian.AppendUint32(nil, partition+1)
	}
	return lower, upper
}

func appendWake(b []byte, wake int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(wake)^(1<<63))
}

func parseWake(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ (1 << 63)) }

// appendTimer appends the timer key of a subject whose full key is given.
func appendTimer(b []byte, full []byte, wake int64) []byte {
	b = append(append(b, full[:partitionBytes]...), spaceTimers)
	return append(appendWake(b, wake), full[spaceBytes:]...)
}

var errShortTimer = errors.New("timer key is too short")

// parseTimer returns the wake and the full key of the subject, in a buffer of its own.
func parseTimer(key []byte) (dueEntry, error) {
	if len(key) < spaceBytes+wakeBytes {
		return dueEntry{}, fmt.Errorf("parse timer key %x: %w", key, errShortTimer)
	}
	full := append(append(make([]byte, 0, len(key)-wakeBytes), key[:partitionBytes]...), spaceSubjects)
	full = append(full, key[spaceBytes+wakeBytes:]...)
	return dueEntry{wake: parseWake(key[spaceBytes:]), key: full}, nil
}

func noteKey(partition uint32, name string) []byte {
	return append(appendSpace(nil, partition, spaceNotes), name...)
}

// taskKey is the full key of the task record; without the partition it is its changelog key.
func taskKey(partition uint32) []byte {
	return strconv.AppendUint(noteKey(partition, "task/"), uint64(partition), 10)
}
