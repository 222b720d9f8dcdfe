package schemas

import "strings"

// SignalKey is the key of a record of holdfast.signals: account/name, or account~user/name for a user. The subject is
// encoded as in dedupe keys; of a name such as score/HEALTH or evidence/GOAL every part is. So the bare slashes are
// separators, and the newest record of a key is the current value.
func SignalKey(account, user, name string) string {
	subject := AccountSubject(account)
	if user != "" {
		subject = UserSubject(account, user)
	}
	var sb strings.Builder
	sb.Grow(len(subject) + 1 + len(name))
	sb.WriteString(subject)
	for _, part := range strings.SplitN(name, "/", 2) {
		sb.WriteByte('/')
		appendEscaped(&sb, part)
	}
	return sb.String()
}
