package processor

import "holdfast/schemas"

// What is read when (language.md 11). Profiles are read to their end before all else: a time zone or a role must be known
// before it matters. An input of which enough is held already is paused, so that the polls bring what the merge waits for.

// align decides which inputs of the task should be read now. limit is how many records of an input may be held.
func (ta *task) align(limit int) {
	ta.profilesRead = ta.profilesRead || ta.profilesProven()
	for _, in := range ta.inputs {
		switch {
		case in.kind != schemas.KindProfile && !ta.profilesRead, in.held() >= limit:
			in.wantPaused = true
		case in.held() <= limit/2:
			in.wantPaused = false
		}
	}
}

func (ta *task) profilesProven() bool {
	for _, in := range ta.inputs {
		if in.kind == schemas.KindProfile && !in.proven() {
			return false
		}
	}
	return true
}

// alignInputs pauses and resumes what the tasks want. The client forgets what it has buffered of a paused partition and
// fetches it again later.
func (la *lane) alignInputs() {
	pause, resume := map[string][]int32{}, map[string][]int32{}
	for _, ta := range la.order {
		ta.align(la.proc.config.MaxBatch)
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
