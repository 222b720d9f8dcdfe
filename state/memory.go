package state

// Memory is the state of one task as the processor uses it. Partition keeps it in Pebble, Mem in a map.
//
// A transaction: Open, Savepoint, Rollback and NextDue as often as it takes; then Stage; then, when the fate of the
// transaction is known, Apply or Discard. Discard may come without Stage.
type Memory interface {
	Open(SubjectKey) (*Subject, error)
	Savepoint()
	Rollback()
	NextDue() (due Due, ok bool, err error)
	NextWake() (int64, error)
	Scan(after SubjectKey, f func(SubjectKey) bool) error
	Stage(TaskRecord) ([]ChangelogRecord, error)
	Apply(changelogNext int64) error
	Discard()
	Committed() (TaskRecord, bool)
}

var (
	_ Memory = (*Partition)(nil)
	_ Memory = (*Mem)(nil)
)
