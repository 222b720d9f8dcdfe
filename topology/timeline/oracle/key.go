package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

// escape percent-encodes a value of an identity.
func escape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		by := text[i]
		plain := by >= 'A' && by <= 'Z' || by >= 'a' && by <= 'z' || by >= '0' && by <= '9' || strings.IndexByte("-._:", by) >= 0
		if plain {
			out.WriteByte(by)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", by)
	}
	return out.String()
}

func (su *subject) key() string {
	switch {
	case su.invoice != "":
		return escape(su.account) + "~invoice=" + escape(su.invoice)
	case su.user == "":
		return escape(su.account)
	}
	return escape(su.account) + "~" + escape(su.user)
}

// byEvent, byTimer and byPeriod are the causes of an episode.
func byEvent(ha *happened) string   { return "e." + escape(ha.source) + "~" + escape(ha.id) }
func byTimer(due Instant) string    { return "t." + strconv.FormatInt(int64(due), 10) }
func byPeriod(period string) string { return "p." + escape(period) }

// episodeID is the identity of an episode: what `again` says comes before the cause.
func (pb *Playbook) episodeID(oc occasion) string {
	switch {
	case pb.Again.Kind == Never:
		return "once"
	case pb.Again.Kind == Per && pb.Again.Every > 0:
		return "v." + escape(oc.value()) + "." + oc.cause
	case pb.Again.Kind == Per:
		return "v." + escape(oc.value())
	}
	return oc.cause
}

func dedupeKey(playbook string, su *subject, episode, step, action, recipient string) string {
	return strings.Join([]string{escape(playbook), su.key(), episode, escape(step), action, escape(recipient)}, "/")
}
