// Package evidence is the log of value moments of an account or a user (language.md 8, evidence): what they reached, when,
// and toward which goal. Renewal messages quote it, playbooks count it.
//
// Two kinds of cells hold it. The log (log.go) has the newest items, with everything that a message says of them. The
// totals (totals.go), one cell per goal and one over all, have the number and the sum of the values: over the whole life,
// and by day for windows. A window is exact to the millisecond while the log reaches back to its beginning; beyond that it
// is counted by whole days (UTC), and a day leaves when the last instant that it can hold has left: the window is then up to
// a day too long, never too short.
//
// The operator adds (Add), the language reads (Count, Sum, Next, Texts).
package evidence
