// Package oracle is a second, slow and obvious reading of the playbook language, for tests only.
//
// It keeps every event, evaluates every expression from scratch, and finds the instants at which time alone changes
// something by trying all of them. It was written from the texts of the language without the engine in sight, so where
// the two disagree one of them has misread a sentence. A Case is a small bundle with a history; Run says what must
// come out of it, Generate makes cases, Shrink makes a failing one readable, Bundle and Scenario print it as the files
// that the product itself reads.
//
// Read in this order: model.go (a case), expr.go (an expression), render.go (as YAML); eval.go and call.go (its value
// at an instant), edge.go (when time changes it); world.go (order and clock), record.go (one record), start.go,
// episode.go, publish.go (what playbooks do), derived.go (health, segments, signals, stages); generate.go, shrink.go.
//
// Scope: clock `event`, `history: complete`, no policy. So no subject is incomplete and bounds never occur.
//
// What the texts leave open and what was chosen here, by number, so that a difference can be traced to its sentence:
//
//  1. Activation is the instant of the first line, and the profiles of `accounts` and `users` are read before it: their
//     subjects exist then, and are judged once, as of the first line (language.md 15, Tests, says so: "`ramp` = `include`"
//     speaks of subjects that are there). An absence that was true before is the baseline of `ignore`. This is settled;
//     the engine's scenarios do the same (newWorldWith in package timeline).
//  2. While a record is processed its own input holds the clock at what it has read so far, even if it is the last one.
//  3. A timer that was armed for an instant D before an event of (D, D + lateness] stays armed for D and is judged at D on
//     what is folded by then; timers that lie ahead of the event are computed anew from the event's instant on. So is
//     every other instant at which a window turns and that no timer has passed yet, with what came after it in it: of a
//     count that is compared with a small constant as far as that many and one more say. A re-entry that an event allows
//     begins at that event: what time did before it is over.
//  4. A `when` whose fall by time is still pending when an event makes it true again has no new edge, whatever is
//     read in between: a return before the timer looks cancels the absence.
//  5. `if` is asked before `again`; an event start whose `if` is false records nothing, whatever `again` would say.
//  6. `every D` re-arms at entry + D inclusive; entry is start.time. Judged anew then; an open episode loses this
//     occasion, later edges count.
//  7. `after X` that happens while the episode is open arms; nothing is judged anew when the episode closes.
//  8. An `event:` step without `once` whose `if` is false at one event records `skipped` and waits for the next one.
//  9. A stop's `when` is judged on every event after the start, by its timer, and at publication at the slot; one that is
//     already true at the entry ends the episode there and then.
//  10. A `cancel` is due and decided as the stop is; an intent is expired after slot + expires.
//  11. A stop event with an event time <= the slot of what was published is late: `regret`, then as any stop.
//  12. An `at` step that is due before the start and still runs keeps its due, but after a settle: what is due before is
//     due then, and so is the end of a state. The first state of a journey is entered at start.time, also after a settle.
//  13. An upward or downward change of tier that `settle` delays must be to the same tier all the time.
//  14. The first stage, like the first segment, is a value and no change: it makes no event and starts no dwell. A start
//     that waits for it is judged at the instant at which it came.
//  15. A `when` that becomes true because a timer changed a derived value is entered by that engine event.
//  16. The record of a segment or signal that has never been true is not compared.
//  17. A pane leaves when the youngest instant that it can hold has left.
//  18. An intent that loses its `if` while it is held is `withdrawn`; `skipped` is what was never held. A stop says
//     `stopped` for each held step and once for the episode.
//  19. With `missed: send` a step that is past its expiry, or due a day or more before the start, has the instant at which
//     it is reached for its slot and for decided_at.
//  20. Timers of one playbook and subject at one due fire as inside one event: stops, steps, moves to another
//     state (`goto` before `after`), starts.
//  21. A late event from before the start of an episode is none of its steps', leads out of no state and stops nothing,
//     unless the start's condition, judged again at start.time, is no longer true.
//
// Features names what a case uses and what happened in it, so that a comparison can leave out a number of this list:
// 3 saw:edge_kept_by_timer, 9 saw:stop_true_at_entry, 11 saw:regret, 12 saw:at_before_start, 17 expr:pane,
// 18 saw:step_withdrawn, 19 saw:sent_past_expiry, 21 saw:out_of_order.
//
// Firm by the texts are the keys of what is delivered, due, decided_at and not_before of intents, the keys of cancels, and
// which decisions entered, skipped, missed, stopped there are. Soft are the instants of stopped and cancel, a cancel at the
// very instant of the expiry, and not_entered of what re-arms inside an open episode or can never enter again.
package oracle
