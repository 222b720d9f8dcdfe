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
	Reason              Reason
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
