// Package e2e drives the real binaries against a real broker, from outside: it starts bin/holdfast and bin/processor
// as child processes, publishes events as a user would, kills processes with -9 where it hurts, and judges by what an
// independent reader finds in the topics.
//
// The suites are behind the build tag e2e, because they need built binaries and minutes: make e2e, make kafka-test,
// make cdnow, make kill-test, make kafka-kill-test. BROKER=embedded|kafka chooses what they run on, SIZE=ci|full how much.
//
// Nothing here imports a room of the product: what it expects is computed by package oracle, written from the texts
// of the language alone, so that a shared mistake cannot agree with itself.
//
//	process   a child process: start, kill, exit code, what it wrote
//	await     wait for a fact with a deadline; the one place that polls
//	cluster   a broker as a child process (embedded or Apache Kafka), and the facts it knows: offsets, ends
//	read      what is in a topic for a read_committed reader: kcat, and franz-go where kcat is missing
//	load      the events that are published: the CDNOW purchase log, a simulated business
//	oracle    the intents that must come of them, ids included
package e2e
