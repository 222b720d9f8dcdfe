package schemas

// The output records. Each has an .avsc of the same name in avsc/; times are milliseconds since the epoch, and a
// pointer or an empty string stands for null where the schema has a union.

// MessageIntent is a message that is to be delivered, a task, a notice or a request (retention.md 3).
type MessageIntent struct {
	IntentID, DedupeKey string
	Action              string // deliver | cancel
	Supersedes          string
	Kind                string // message | task | notice | request
	AccountID           string
	Recipient           Recipient
	Playbook            string
	PlaybookVersion     string
	BundleVersion       string
	EpisodeID           string
	Step                string
	Class               string
	Category            string
	Priority            int32
	Template            string
	Locale              string
	Data                []Field // sorted by name
	DataJSON            string
	Links               []Link
	Channels            []string
	ChannelRule         string
	DecidedAt           int64
	DueAt               int64
	NotBefore           int64
	ExpiresAt           int64
	TimeZone            string
	Experiment          *Exposure   // nil when the subject is in none
	Goal                *GoalWindow // nil when the playbook has none
	Reason              Reason
	Evidence            []EvidenceItem
	Test                bool
	TraceParent         string
	Key                 string
}

// Recipient says who gets an intent. Type is user | team | channel | system | account.
type Recipient struct{ Type, UserID, Ref string }

// Link is a named one-click URL.
type Link struct{ Name, URL string }

// Reason says why an intent was made.
type Reason struct {
	Code, Text string
	Trigger    *EventRef // nil when time alone triggered it
	Facts      []Fact
	Checks     []Check
}

// EventRef points at an input record.
type EventRef struct {
	Topic      string
	Partition  int32
	Offset     int64
	ID, Type   string
	OccurredAt int64
}

// Fact is an expression with the value it had.
type Fact struct {
	Name, Value string
	AsOf        int64
	Op          string
	Held        bool
}

// Check is one gate that the intent passed: cap, consent, window, holdout.
type Check struct{ Name, Outcome, Detail string }

// Exposure says in which arm of which experiment the subject is. Unit is user | account.
type Exposure struct{ ID, Arm, Unit string }

// GoalWindow is what will be counted as success, and until when.
type GoalWindow struct {
	Event string
	Until int64
}

// EvidenceItem is a value moment that the message quotes.
type EvidenceItem struct {
	ID, Text   string
	Value      float64 // HasValue says whether it is set
	HasValue   bool
	Unit, Goal string
	At         int64
}

// Signal is the current value of something derived: score, tier, segment, stage (retention.md 3).
type Signal struct {
	AccountID, UserID, Name string
	Text                    string
	Number                  float64 // HasNumber says whether it is set
	HasNumber               bool
	Previous                string
	Since, ChangedAt        int64
	Drivers                 []Driver
	Columns                 []Field // sorted by name
	Closed                  bool
	BundleVersion           string
}

// Driver is a measure that moved a score, with the points it gives now and gave before.
type Driver struct {
	Measure     string
	Points, Was float64
	Text        string
}

// Erasure asks to forget an account, or one user of it.
type Erasure struct {
	RequestID, AccountID, UserID string
	RequestedAt                  int64
}

// Control is a command of the operator; one record per partition.
type Control struct {
	ID, Verb                      string // pause | resume | drop_held | release_absence | rebuild | close_episodes | snapshot
	Playbook, AccountID, Argument string
	IssuedBy                      string
	IssuedAt                      int64
	ExpiresAt                     int64 // 0 = does not expire
}

// Decision says what was decided, also when nothing is sent. Outcome is one of the words of language.md 15.
type Decision struct {
	AccountID, UserID, Playbook, EpisodeID, Step string
	Outcome, Code, Text, IntentID                string
	DecidedAt                                    int64
	BundleVersion, Key                           string
	DueAt                                        int64 // HasDue says whether it is set
	HasDue                                       bool
	Winner                                       string
}

// DeadLetter is a record or a timer that could not be processed.
type DeadLetter struct {
	Task              int32
	Sequence          int64
	Stage             string // decode | schema | key | fold | rule | timer | chain
	Code, Text        string
	Topic             string // "" for a timer; then Partition, Offset and Timestamp mean nothing
	Partition         int32
	Offset, Timestamp int64
	Key, Value        []byte
	Headers           []Header
	AccountID, UserID string
	Playbook, Step    string
	DueAt             int64
	HasDue            bool
	At                int64
	BundleVersion     string
	Stack             string
}

// Header is a Kafka header of the original record.
type Header struct {
	Key   string
	Value []byte
}

// Manifest describes one transaction of one task well enough to replay it bit for bit.
type Manifest struct {
	App                                               string
	Task                                              int32
	Sequence                                          int64
	Mode                                              string // live | event
	BundleHash                                        string
	BundleRevision                                    int64
	CodeVersion, TzdataVersion                        string
	WallTime, ClockBefore, ClockAfter, Watermark      int64
	Until                                             *int64
	Inputs                                            []InputRange
	Order                                             []int32 // run lengths of the merge: index of the input, count, ...
	Records, Duplicates, Late, Clamped, Dead          int64
	Timers, TimersFailed, Intents, Decisions, Signals int64
	OutputsDigest                                     []byte
	FrozenInputs, Controls                            []string
}

// InputRange is what a transaction read of one input.
type InputRange struct {
	Topic                string
	Partition            int32
	FromOffset, ToOffset int64  // first inclusive, next exclusive
	HighestEventTime     *int64 // read so far
	CaughtUpAsOf         *int64 // the proof used
	Paused               bool
}
