package schemas

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func topic(t *testing.T, name string) Topic {
	t.Helper()
	for _, to := range Topics() {
		if to.Name == name {
			return to
		}
	}
	t.Fatalf("no topic %s", name)
	return Topic{}
}

func (to Topic) setting(key string) string {
	for _, se := range to.Config {
		if se.Key == key {
			return se.Value
		}
	}
	return ""
}

func TestEveryNameHasATopic(t *testing.T) {
	if names := reflect.TypeFor[TopicNames]().NumField(); len(Topics()) != names {
		t.Errorf("%d topics, %d names", len(Topics()), names)
	}
	if err := DefaultTopicNames().Validate(); err != nil {
		t.Error(err)
	}
	for _, to := range Topics() {
		if to.Name == "" || to.Doc == "" || to.Cleanup() == "" {
			t.Errorf("topic without name, policy or doc: %+v", to)
		}
		if !slices.IsSortedFunc(to.Config, func(one, two Setting) int { return strings.Compare(one.Key, two.Key) }) {
			t.Errorf("%s: config is not sorted: %v", to.Name, to.Config)
		}
		if to.Record != "" && !slices.Contains(RecordNames(), to.Record) {
			t.Errorf("%s: no record %s", to.Name, to.Record)
		}
		if to.Input != KindNone && to.Record != to.Input.RecordName() {
			t.Errorf("%s: an input of %s with records %s", to.Name, to.Input, to.Record)
		}
	}
}

func TestPoliciesOfTheTexts(t *testing.T) {
	for _, tc := range []struct{ topic, key, want string }{
		{"holdfast.changelog", "cleanup.policy", "compact"},
		{"holdfast.changelog", "segment.bytes", "67108864"},
		{"holdfast.changelog", "min.cleanable.dirty.ratio", "0.3"},
		{"holdfast.changelog", "delete.retention.ms", "604800000"},
		{"telemetry.profiles", "cleanup.policy", "delete"}, // compaction would lose the users of an account
		{"telemetry.profiles", "retention.ms", "-1"},
		{"holdfast.signals", "cleanup.policy", "compact"},
		{"holdfast.bundles", "cleanup.policy", "compact"},
		{"holdfast.manifest", "retention.ms", "31536000000"},
		{"holdfast.decisions", "retention.ms", "31536000000"},
		{"holdfast.intents", "cleanup.policy", "delete"},
		{"holdfast.intents", "segment.bytes", ""},
	} {
		if got := topic(t, tc.topic).setting(tc.key); got != tc.want {
			t.Errorf("%s: %s = %q, want %q", tc.topic, tc.key, got, tc.want)
		}
	}
}

func TestInputKindFollowsTheName(t *testing.T) {
	names := DefaultTopicNames()
	names.Billing = "acme.invoices"
	for topic, want := range map[string]Kind{
		"acme.invoices": KindBilling, "telemetry.billing": KindNone, "telemetry.user-actions": KindUserAction,
		"telemetry.support": KindSupport, "telemetry.profiles": KindProfile, "holdfast.receipts": KindReceipt, "holdfast.intents": KindNone,
	} {
		if got := names.InputKind(topic); got != want {
			t.Errorf("kind of %s = %s, want %s", topic, got, want)
		}
	}
	for _, to := range names.Topics() {
		if to.Input != names.InputKind(to.Name) {
			t.Errorf("%s: the table says %s, InputKind %s", to.Name, to.Input, names.InputKind(to.Name))
		}
	}
}

func TestValidateNamesWhatIsWrong(t *testing.T) {
	names := DefaultTopicNames()
	names.Billing, names.Support, names.Links = "a b", "holdfast.intents", ""
	err := names.Validate()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{
		`topic name "a b" (payments, subscriptions, contracts): want 1 to 249 characters of a-z A-Z 0-9 . _ -`,
		`topic name "holdfast.intents" (messages to deliver, tasks, notices, requests): is used for two topics, give each its own`,
		`topic name "" (events and links`,
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in:\n%v", part, err)
		}
	}
}

func TestNamesAreUniqueAndCompleteWhenPrinted(t *testing.T) {
	for ki, want := range map[Kind]string{KindNone: "none", KindProfile: "profile", KindBilling: "billing", KindSupport: "support", KindUserAction: "user_action", KindReceipt: "receipt"} {
		if ki.String() != want {
			t.Errorf("kind %d prints %s, want %s", ki, ki, want)
		}
	}
}
