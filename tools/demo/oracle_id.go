package demo

import (
	"crypto/sha1"
	"fmt"
	"strings"
)

// holdfastNamespace is cb85ec0a-b99a-577b-b087-9010c308a5ea (language.md 10), written out a second time on purpose.
var holdfastNamespace = [16]byte{0xcb, 0x85, 0xec, 0x0a, 0xb9, 0x9a, 0x57, 0x7b, 0xb0, 0x87, 0x90, 0x10, 0xc3, 0x08, 0xa5, 0xea}

// dedupeKey is the identity in words: who, why, which step, to whom. Requires: the values inside episode are escaped; its
// own separator stands bare.
func dedupeKey(playbook, account, user, episode, step, action, recipient string) string {
	subject := escaped(account)
	if user != "" {
		subject += "~" + escaped(user)
	}
	return strings.Join([]string{escaped(playbook), subject, episode, escaped(step), action, escaped(recipient)}, "/")
}

// escaped percent-encodes all but A-Z a-z 0-9 - . _ and the colon.
func escaped(text string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:"
	var out strings.Builder
	for i := range len(text) {
		if strings.IndexByte(plain, text[i]) >= 0 {
			out.WriteByte(text[i])
		} else {
			fmt.Fprintf(&out, "%%%02X", text[i])
		}
	}
	return out.String()
}

// intentID is the name-based UUID (version 5, RFC 9562) of the key.
func intentID(key string) string {
	sum := sha1.Sum(append(holdfastNamespace[:], key...))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
