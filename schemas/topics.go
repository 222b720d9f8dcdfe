package schemas

import (
	"errors"
	"fmt"
	"regexp"
)

// Topic describes one topic as `holdfast topics create` makes it. Partition count, replication factor and
// min.insync.replicas are decided by the creator: they depend on the cluster.
type Topic struct {
	Name         string
	Input        Kind      // kind of the events read from it; KindNone when it is no input
	Record       string    // the .avsc of its values; "" when they are not Avro
	Config       []Setting // topic configs, sorted by key, cleanup.policy among them
	OnePartition bool      // not partitioned by account: one partition is enough
	Doc          string    // one line for people
}

// Setting is one topic config.
type Setting struct{ Key, Value string }

// Cleanup returns the cleanup.policy of the topic.
func (to Topic) Cleanup() string {
	for _, se := range to.Config {
		if se.Key == "cleanup.policy" {
			return se.Value
		}
	}
	return ""
}

// TopicNames are the names of all topics; each can be changed by configuration.
type TopicNames struct {
	UserActions string `yaml:"user_actions"`
	Billing     string `yaml:"billing"`
	Support     string `yaml:"support"`
	Profiles    string `yaml:"profiles"`
	Receipts    string `yaml:"receipts"`
	Events      string `yaml:"events"`
	Intents     string `yaml:"intents"`
	Decisions   string `yaml:"decisions"`
	Signals     string `yaml:"signals"`
	DeadLetters string `yaml:"dead_letters"`
	Changelog   string `yaml:"changelog"`
	Manifest    string `yaml:"manifest"`
	Bundles     string `yaml:"bundles"`
	Control     string `yaml:"control"`
	Links       string `yaml:"links"`
}

// DefaultTopicNames returns the names of design.md 2.
func DefaultTopicNames() TopicNames {
	return TopicNames{
		UserActions: "telemetry.user-actions",
		Billing:     "telemetry.billing",
		Support:     "telemetry.support",
		Profiles:    "telemetry.profiles",
		Receipts:    "holdfast.receipts",
		Events:      "holdfast.events",
		Intents:     "holdfast.intents",
		Decisions:   "holdfast.decisions",
		Signals:     "holdfast.signals",
		DeadLetters: "holdfast.dead-letters",
		Changelog:   "holdfast.changelog",
		Manifest:    "holdfast.manifest",
		Bundles:     "holdfast.bundles",
		Control:     "holdfast.control",
		Links:       "holdfast.links",
	}
}

// Topics returns all topics under their default names.
func Topics() []Topic { return DefaultTopicNames().Topics() }

// Retention and sizes. Inputs are kept for the longest window of the language (90 days), so that a backtest can read
// what the state was made of; what an audit needs is kept for a year.
const (
	forever     = "-1"
	days7       = "604800000"
	days30      = "2592000000"
	days90      = "7776000000"
	days365     = "31536000000"
	mebibytes2  = "2097152"
	mebibytes8  = "8388608"
	mebibytes64 = "67108864"
)

// Topics returns all topics under these names: the inputs in rank order, then outputs, state, commands.
func (tn TopicNames) Topics() []Topic {
	return []Topic{
		{Name: tn.Profiles, Input: KindProfile, Record: "SubjectProfile", Config: kept(forever),
			Doc: "facts about accounts and users, newest changed_at wins; not compacted: the users of an account share its key"},
		{Name: tn.Billing, Input: KindBilling, Record: "BillingEvent", Config: kept(days90), Doc: "payments, subscriptions, contracts"},
		{Name: tn.Support, Input: KindSupport, Record: "SupportEvent", Config: kept(days90), Doc: "tickets, feedback, CSAT, NPS, issue status"},
		{Name: tn.UserActions, Input: KindUserAction, Record: "UserAction", Config: kept(days90), Doc: "what people do in the product"},
		{Name: tn.Receipts, Input: KindReceipt, Record: "DeliveryReceipt", Config: kept(days90), Doc: "what became of an intent, written by the sender"},
		{Name: tn.Events, Config: kept(days90), Doc: "foreign events, mapped and re-keyed by the intake stage"},
		{Name: tn.Intents, Record: "MessageIntent", Config: kept(days30), Doc: "messages to deliver, tasks, notices, requests"},
		{Name: tn.Decisions, Record: "Decision", Config: kept(days365), Doc: "why something was said, and why not"},
		{Name: tn.Signals, Record: "Signal", Config: compacted(Setting{"delete.retention.ms", days7}),
			Doc: "current score, tier, segments and stage of every account and user"},
		{Name: tn.DeadLetters, Record: "DeadLetter", Config: kept(days90, Setting{"max.message.bytes", mebibytes2}),
			Doc: "records and timers that could not be processed, with the original bytes"},
		{Name: tn.Changelog, Config: compacted(
			Setting{"delete.retention.ms", days7},
			Setting{"max.message.bytes", mebibytes8},
			Setting{"min.cleanable.dirty.ratio", "0.3"},
			// The default of 1 GiB delays compaction: the active segment is never compacted.
			Setting{"segment.bytes", mebibytes64}),
			Doc: "state of every subject, and the task record that ends each transaction"},
		{Name: tn.Manifest, Record: "Manifest", Config: kept(days365, Setting{"max.message.bytes", mebibytes8}),
			Doc: "one record per task and transaction: enough to replay it bit for bit"},
		{Name: tn.Bundles, OnePartition: true, Config: compacted(Setting{"max.message.bytes", mebibytes8}),
			Doc: "hash to text of every playbook bundle that ever ran"},
		{Name: tn.Control, Record: "Control", Config: kept(forever), Doc: "commands and erasures, one record per partition"},
		{Name: tn.Links, Config: kept(days30), Doc: "events and links with a foreign id, keyed by that id"},
	}
}

// kept and compacted take their further settings sorted by key, all above "cleanup.policy".
func kept(retentionMillis string, more ...Setting) []Setting {
	return append(append([]Setting{{"cleanup.policy", "delete"}}, more...), Setting{"retention.ms", retentionMillis})
}

func compacted(more ...Setting) []Setting {
	return append([]Setting{{"cleanup.policy", "compact"}}, more...)
}

// InputKind returns the kind of the events in a topic, KindNone if it is no input.
func (tn TopicNames) InputKind(topic string) Kind {
	switch topic {
	case tn.Profiles:
		return KindProfile
	case tn.Billing:
		return KindBilling
	case tn.Support:
		return KindSupport
	case tn.UserActions:
		return KindUserAction
	case tn.Receipts:
		return KindReceipt
	}
	return KindNone
}

// legalTopic is Kafka's own rule for topic names.
var legalTopic = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// Validate reports every name that Kafka would refuse and every name that is used twice.
func (tn TopicNames) Validate() error {
	var all []error
	seen := map[string]bool{}
	for _, to := range tn.Topics() {
		if !legalTopic.MatchString(to.Name) || to.Name == "." || to.Name == ".." {
			all = append(all, fmt.Errorf("topic name %q (%s): want 1 to 249 characters of a-z A-Z 0-9 . _ -", to.Name, to.Doc))
		} else if seen[to.Name] {
			all = append(all, fmt.Errorf("topic name %q (%s): is used for two topics, give each its own", to.Name, to.Doc))
		}
		seen[to.Name] = true
	}
	return errors.Join(all...)
}
