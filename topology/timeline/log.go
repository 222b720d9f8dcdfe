package timeline

import (
	"fmt"
	"strings"
	"time"
)

// Log prints everything that came out, one line each, for people and golden files.
func (wo *World) Log() string {
	var sb strings.Builder
	for _, de := range wo.Decisions {
		fmt.Fprintf(&sb, "%s %-12s %s/%s %s~%s %s (%s) %s\n", stamp(de.DecidedAt), de.Outcome, de.Playbook, de.Step, de.AccountID, de.UserID, de.EpisodeID, de.Code, de.Text)
	}
	for _, in := range wo.Intents {
		fmt.Fprintf(&sb, "%s %-12s %s due %s decided %s expires %s %q\n", stamp(in.NotBefore), in.Action, in.DedupeKey, stamp(in.DueAt), stamp(in.DecidedAt), stamp(in.ExpiresAt), in.Reason.Text)
	}
	return sb.String()
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.999Z") }
