// Package operator is what the playbooks of one task do: it folds events into the memory of accounts and users, notices
// the instants at which something begins, decides steps, publishes intents and takes them back. It is pure: the store,
// the sink and the clock are handed in, and the same calls in the same order give the same state and output.
//
// One record goes through ProcessEvent, in this order (language.md 11, 15):
//
//	judge what the subjects were when a new playbook came          existing.go
//	fire what was due before the event (due < t_e - lateness)      fire.go, wake.go
//	fold: slots, facts, members, consents                          fold.go, members.go
//	derived values: scores, tiers, segments ...           documents.go
//	derived values                                                 documents.go
//	open episodes: receipts, stops, steps and states that wait     touch.go, watch.go, stop.go, receipt.go, journey.go
//	starts: edges, occasions, again                                start.go, enter.go, again.go, per.go, settle.go, schedule.go
//	steps that are due at once                                     step.go
//	the engine events that follow, each in this order      chain.go
//	what waits for playbooks that began or ceased to run           touch.go
//	when to look at the subject again                              wake.go
//
// Between records the processor calls Fire for the earliest wake that the clock has passed: one unit of work of one
// subject (an edge that time made, a step, a publication, an end).
//
// Wakes are lazy: an event only moves cells. The wake of a subject is a lower bound of the next instant at which
// something is due; Fire computes the exact one and sets the wake anew when it was early. So a user who comes back every
// day costs a timer once a week, not a timer write per event.
//
// A subject's memory of one playbook is "rule/NAME" (the edge of its start and how far time was judged, rule.go) and
// "episode/NAME" (what it has lived through, episode.go); "running/NAME" counts what runs for running("NAME"), and
// "rule.per/NAME" says which value the edge belongs to where each has its own (per.go).
package operator
