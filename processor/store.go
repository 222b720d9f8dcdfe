package processor

import (
	"fmt"

	"holdfast/state"
	"holdfast/topology"
)

// subjects shows the state of one task to the topology, which knows nothing of Pebble.
type subjects struct{ part *state.Partition }

// stateFault is the panic that carries a failure of the local state through the pure code, which has no use for it. A
// record must not become a dead letter because a disk failed: guard turns it into an error that ends the lane.
type stateFault struct{ err error }

// Open returns the subject as the open transaction sees it.
func (su subjects) Open(ref topology.Ref) topology.Subject {
	rec, err := su.part.Open(stateKey(ref))
	if err != nil {
		panic(stateFault{fmt.Errorf("load %c %q of account %q: %w", ref.Kind, ref.ID, ref.Account, err)})
	}
	return subject{rec}
}

// Scan visits the subjects of the last checkpoint.
func (su subjects) Scan(after topology.Ref, visit func(topology.Ref) bool) error {
	return su.part.Scan(stateKey(after), func(key state.SubjectKey) bool { return visit(subjectRef(key)) })
}

func stateKey(ref topology.Ref) state.SubjectKey {
	return state.SubjectKey{Account: ref.Account, Kind: byte(ref.Kind), ID: ref.ID}
}

func subjectRef(key state.SubjectKey) topology.Ref {
	return topology.Ref{Account: key.Account, Kind: topology.SubjectKind(key.Kind), ID: key.ID}
}

// subject is a subject of the state as the topology's Subject: only the type of the wake differs.
type subject struct{ *state.Subject }

// Wake is the earliest instant at which the subject wants to be looked at.
func (su subject) Wake() topology.Wake { return topology.Wake(su.Subject.Wake()) }

// SetWake moves it.
func (su subject) SetWake(wake topology.Wake) { su.Subject.SetWake(int64(wake)) }

// recovered is a panic of the pure code, with where it happened.
type recovered struct {
	cause any
	stack []byte
}

// Error says what the code panicked with.
func (re *recovered) Error() string { return fmt.Sprintf("panic: %v", re.cause) }
