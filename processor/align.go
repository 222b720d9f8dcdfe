package processor

import "holdfast/schemas"

// Alignment (language.md 11). With a backlog in several inputs, each is read as fast as its brokers answer, and one may be
// months ahead of another: somebody would be offered an upgrade that was bought a month ago. So an input more than
// max_skew ahead of the slowest one that still has backlog is paused, and profiles are read to their end before all else.
//
// The slowest input itself is never paused, so something is always read.

// aligned decides which inputs of the task should be read now.
func (ta *task) align() {
	if !ta.profilesRead {
		ta.profilesRead = ta.profilesAtEnd()
	}
	slowest := ta.slowest()
	for _, in := range ta.inputs {
		switch {
		case in.kind == schemas.KindProfile:
			in.wantPaused = false
		case !ta.profilesRead:
			in.wantPaused = true
		default:
			in.wantPaused = slowest != nil && in != slowest && in.holdsClock() && in.highest > slowest.highest+ta.bundle.MaxSkew.Milliseconds()
		}
	}
}

// profilesAtEnd says that the profiles were read to where they ended when they were last asked for.
func (ta *task) profilesAtEnd() bool {
	for _, in := range ta.inputs {
		if in.kind == schemas.KindProfile && in.provenAsOf == noTime {
			return false
		}
	}
	return true
}

// slowest is the input with backlog that is furthest behind in event time; nil if none has backlog.
func (ta *task) slowest() *input {
	var slowest *input
	for _, in := range ta.inputs {
		if in.holdsClock() && in.behind >= ta.backlogAfter() && (slowest == nil || in.highest < slowest.highest) {
			slowest = in
		}
	}
	return slowest
}

// backlogAfter is how many proofs in a row must find an input behind. With a live clock one is not enough: the record
// that has just arrived is on its way, and to pause everybody else for it would cost more than it saves.
func (ta *task) backlogAfter() int {
	if ta.clock.mode == modeEvent {
		return 1
	}
	return 2
}

// alignInputs pauses and resumes what the tasks want. The client forgets what it has buffered of a paused partition and
// fetches it again later.
func (la *lane) alignInputs() {
	pause, resume := map[string][]int32{}, map[string][]int32{}
	for _, ta := range la.order {
		ta.align()
		for _, in := range ta.inputs {
			if in.wantPaused == in.paused {
				continue
			}
			in.paused = in.wantPaused
			if in.paused {
				pause[in.topic] = append(pause[in.topic], ta.partition)
			} else {
				resume[in.topic] = append(resume[in.topic], ta.partition)
			}
		}
	}
	if len(pause) > 0 {
		la.session.Client().PauseFetchPartitions(pause)
	}
	if len(resume) > 0 {
		la.session.Client().ResumeFetchPartitions(resume)
	}
}
