package schemas

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Identity (language.md 10). Everything that names an intent is a value in a place; no value can reach into the next
// place because all bytes that serve as separators are percent-encoded in values, and bare nowhere else.

// intentNamespace is the UUID namespace of intent ids.
var intentNamespace = uuid.MustParse("cb85ec0a-b99a-577b-b087-9010c308a5ea")

// AccountSubject is the subject part of a dedupe key for a playbook over accounts.
func AccountSubject(account string) string { return Escape(account) }

// UserSubject is the subject part for a playbook over users.
func UserSubject(account, user string) string { return Escape(account) + "~" + Escape(user) }

// KeySubject is the subject part for "for each NAME by": one subject per value of the key, a composite key has several.
func KeySubject(account, name string, key ...string) string {
	return Escape(account) + "~" + Escape(name) + "=" + joinEscaped(key)
}

// Episodes: what one run of a playbook for a subject is named after (language.md 10).
const (
	EpisodeOnce     = "once"     // again: never
	EpisodeExisting = "existing" // existing: mark
)

// ValueEpisode names an episode by the value of its `per`, a composite one by several.
func ValueEpisode(values ...string) string { return "v." + joinEscaped(values) }

// EventEpisode names an episode by the event that started it.
func EventEpisode(source, id string) string { return "e." + Escape(source) + "~" + Escape(id) }

// TimerEpisode names an episode by the due instant of the timer that started it.
func TimerEpisode(dueMillis int64) string { return "t." + strconv.FormatInt(dueMillis, 10) }

// PeriodEpisode names an episode of a schedule: 2026-03-01, 2026-W10, 2026-03, 2026-Q1.
func PeriodEpisode(period string) string { return "p." + Escape(period) }

func joinEscaped(values []string) string {
	var sb strings.Builder
	for i, value := range values {
		if i > 0 {
			sb.WriteByte('~')
		}
		appendEscaped(&sb, value)
	}
	return sb.String()
}

// DedupeKey joins the parts of an intent's identity. Requires: subject and episode were made by the constructors above
// (they carry the separators ~ and = bare and their values encoded); the other parts are raw values.
//
// Invariant: two different lists of parts never give one key. A subject or an episode that was not made by a
// constructor still cannot reach into the next part: all but their separators and % is encoded.
func DedupeKey(playbook, subject, episode, step, action, recipient string) string {
	var sb strings.Builder
	sb.Grow(len(playbook) + len(subject) + len(episode) + len(step) + len(action) + len(recipient) + 5)
	appendEscaped(&sb, playbook)
	sb.WriteByte('/')
	appendComposed(&sb, subject)
	sb.WriteByte('/')
	appendComposed(&sb, episode)
	sb.WriteByte('/')
	appendEscaped(&sb, step)
	sb.WriteByte('/')
	appendEscaped(&sb, action)
	sb.WriteByte('/')
	appendEscaped(&sb, recipient)
	return sb.String()
}

// IntentID is the UUIDv5 of a dedupe key: the same decision has the same id on every replay.
func IntentID(dedupeKey string) string {
	return uuid.NewSHA1(intentNamespace, []byte(dedupeKey)).String()
}

// Escape percent-encodes every byte but A-Z a-z 0-9 - . _ : with upper-case hex.
func Escape(value string) string {
	if !needsEscape(value) {
		return value
	}
	var sb strings.Builder
	appendEscaped(&sb, value)
	return sb.String()
}

func needsEscape(value string) bool {
	for i := 0; i < len(value); i++ {
		if !plain(value[i]) {
			return true
		}
	}
	return false
}

func appendEscaped(sb *strings.Builder, value string) {
	for i := 0; i < len(value); i++ {
		if by := value[i]; plain(by) {
			sb.WriteByte(by)
		} else {
			appendPercent(sb, by)
		}
	}
}

func appendComposed(sb *strings.Builder, part string) {
	for i := 0; i < len(part); i++ {
		if by := part[i]; plain(by) || by == '~' || by == '=' || by == '%' {
			sb.WriteByte(by)
		} else {
			appendPercent(sb, by)
		}
	}
}

func appendPercent(sb *strings.Builder, by byte) {
	const hex = "0123456789ABCDEF"
	sb.WriteByte('%')
	sb.WriteByte(hex[by>>4])
	sb.WriteByte(hex[by&15])
}

func plain(by byte) bool {
	return by >= 'a' && by <= 'z' || by >= 'A' && by <= 'Z' || by >= '0' && by <= '9' ||
		by == '-' || by == '.' || by == '_' || by == ':'
}
