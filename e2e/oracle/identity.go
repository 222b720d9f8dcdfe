// Package oracle computes the intents that a log of events must lead to, ids included, the slow and obvious way: from
// the whole history of one subject at a time. It is written from the texts of the language (sections 10 and 11) and
// shares no code with the product.
package oracle

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strings"
)

// namespace is that of all intent ids (language, section 10).
const namespace = "cb85ec0a-b99a-577b-b087-9010c308a5ea"

// Intent is what must come out, by the parts of its identity.
type Intent struct {
	Playbook  string
	Account   string
	User      string // "" for an intent about the account
	Episode   string // once, t.MS, e.SOURCE~ID
	Step      string
	Action    string // send, task, notify, request
	Recipient string // user id, team:csm, ...
}

// DedupeKey is playbook/subject/episode/step/action/recipient. The episode's prefix and the subject's ~ stand bare.
func (in Intent) DedupeKey() string {
	subject := escape(in.Account)
	if in.User != "" {
		subject += "~" + escape(in.User)
	}
	return strings.Join([]string{in.Playbook, subject, in.Episode, in.Step, in.Action, in.Recipient}, "/")
}

// ID is UUIDv5(namespace, DedupeKey).
func (in Intent) ID() string {
	space, err := hex.DecodeString(strings.ReplaceAll(namespace, "-", ""))
	if err != nil {
		panic(err) // a constant
	}
	sum := sha1.Sum(append(space, in.DedupeKey()...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	text := hex.EncodeToString(sum[:16])
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// byTimer is the episode of what time alone began.
func byTimer(dueMillis int64) string { return fmt.Sprintf("t.%d", dueMillis) }

// byEvent is the episode of what an event began.
func byEvent(source, id string) string { return "e." + escape(source) + "~" + escape(id) }

// escape percent-encodes every byte but A-Z a-z 0-9 - . _ : in upper-case hex.
func escape(value string) string {
	var out strings.Builder
	for i := 0; i < len(value); i++ {
		ch := value[i]
		bare := ch >= 'A' && ch <= 'Z' || ch >= 'a' && ch <= 'z' || ch >= '0' && ch <= '9' || strings.IndexByte("-._:", ch) >= 0
		if bare {
			out.WriteByte(ch)
		} else {
			fmt.Fprintf(&out, "%%%02X", ch)
		}
	}
	return out.String()
}
