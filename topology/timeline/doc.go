// Package timeline runs playbooks in virtual time over a memory: the same operator as the processor drives, with a clock
// that follows the events. Tests of playbooks, what-if questions and the properties of the operator are told here as
// "given these events, until then, expect these intents".
//
//	store.go     the memory: subjects, savepoint and rollback, the earliest wake
//	world.go     one task: advance the clock, fire what is due, read events, end
//	inputs.go    the merge of the inputs and the clock that follows from it
//	scenario.go  a `test:` document (language.md 13)
//	given.go     its lines as events
//	expect.go    its expectations against what came out
package timeline
