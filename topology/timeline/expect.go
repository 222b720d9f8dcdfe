package timeline

import (
	"fmt"
	"strings"

	"holdfast/schemas"
)

// Expectation is one line of `expect:`.
type Expectation struct {
	Intent    string         `yaml:"intent"`   // playbook/step
	None      string         `yaml:"none"`     // playbook or playbook/step
	Count     string         `yaml:"count"`    // playbook/step
	Cancel    string         `yaml:"cancel"`   // playbook/step
	Decision  string         `yaml:"decision"` // outcome
	Signal    string         `yaml:"signal"`   // score/NAME, tier/NAME, segment/N, signal/N, stage, evidence/GOAL
	At        string         `yaml:"at"`       // signal: as of then; "" is the end
	Is        any            `yaml:"is"`
	Playbook  string         `yaml:"playbook"`
	Step      string         `yaml:"step"`
	User      string         `yaml:"user"`
	Account   string         `yaml:"account"`
	To        string         `yaml:"to"`
	Due       string         `yaml:"due"`
	Decided   string         `yaml:"decided"`
	NotBefore string         `yaml:"not_before"`
	Expires   string         `yaml:"expires"`
	Template  string         `yaml:"template"`
	Arm       string         `yaml:"arm"`
	Key       string         `yaml:"key"`
	Episode   string         `yaml:"episode"`
	Why       string         `yaml:"why"`
	Data      map[string]any `yaml:"data"`
}

// String names the expectation in a failure.
func (ex Expectation) String() string {
	switch {
	case ex.Intent != "":
		return "intent " + ex.Intent + " " + ex.User + ex.To
	case ex.None != "":
		return "none " + ex.None + " " + ex.User
	case ex.Count != "":
		return "count " + ex.Count
	case ex.Cancel != "":
		return "cancel " + ex.Cancel + " " + ex.User
	case ex.Signal != "":
		return strings.TrimSpace("signal " + ex.Signal + " " + ex.Account + ex.User + " " + ex.At)
	}
	return "decision " + ex.Decision + ex.rule() + " " + ex.User
}

// rule names the playbook and step of a decision, as far as they are given.
func (ex Expectation) rule() string {
	switch {
	case ex.Playbook == "" && ex.Step == "":
		return ""
	case ex.Step == "":
		return " " + ex.Playbook
	}
	return " " + ex.Playbook + "/" + ex.Step
}

// check says what is wrong; "" if nothing.
func (ex Expectation) check(wo *World) string {
	switch {
	case ex.Intent != "":
		return ex.one(wo, ex.Intent, "deliver")
	case ex.Cancel != "":
		return ex.one(wo, ex.Cancel, "cancel")
	case ex.None != "":
		return ex.counted(wo, ex.None, 0)
	case ex.Signal != "":
		return ex.signal(wo)
	case ex.Count != "" && ex.Is != nil:
		return ex.counted(wo, ex.Count, int(numberOf(ex.Is)))
	case ex.Decision != "":
		return ex.decision(wo)
	}
	return "nothing is expected: write intent, none, count, cancel, decision or signal"
}

// one looks for an intent that is as expected in everything that is named. Of several that are not, it tells of the one
// that is due when it should be: the others are other occasions.
func (ex Expectation) one(wo *World, path, action string) string {
	why, dueThen := "there is none", false
	for _, in := range wo.Intents {
		if in.Action != action || !ex.selects(in, path) {
			continue
		}
		differs := ex.differs(in)
		if differs == "" {
			return ""
		}
		if !dueThen {
			why, dueThen = differs, ex.Due != "" && !strings.HasPrefix(differs, "due ")
		}
	}
	return why
}

func (ex Expectation) counted(wo *World, path string, want int) string {
	n := 0
	for _, in := range wo.Intents {
		if in.Action == "deliver" && ex.selects(in, path) {
			n++
		}
	}
	if n != want {
		return fmt.Sprintf("%d, want %d", n, want)
	}
	return ""
}

func (ex Expectation) selects(in *schemas.MessageIntent, path string) bool {
	name, step, hasStep := strings.Cut(path, "/")
	return in.Playbook == name && (!hasStep || in.Step == step) &&
		(ex.User == "" || in.Recipient.UserID == ex.User) && (ex.Account == "" || in.AccountID == ex.Account) && (ex.Key == "" || in.Key == ex.Key)
}

func (ex Expectation) differs(in *schemas.MessageIntent) string {
	for _, field := range []struct {
		name, want string
		got        int64
	}{{"due", ex.Due, in.DueAt}, {"decided", ex.Decided, in.DecidedAt}, {"not_before", ex.NotBefore, in.NotBefore}, {"expires", ex.Expires, in.ExpiresAt}} {
		if want, err := instantOr(field.want, field.got); err != nil || want != field.got {
			return fmt.Sprintf("%s is %s, want %s", field.name, stamp(field.got), field.want)
		}
	}
	switch to := in.Recipient.Type + ":" + in.Recipient.Ref; {
	case ex.To != "" && ex.To != to && ex.To != in.Recipient.Type && ex.To != in.Recipient.UserID:
		return fmt.Sprintf("it goes to %s", to)
	case ex.Template != "" && ex.Template != in.Template:
		return fmt.Sprintf("template is %s", in.Template)
	case ex.Episode != "" && ex.Episode != in.EpisodeID:
		return fmt.Sprintf("episode is %s", in.EpisodeID)
	case ex.Arm != "" && (in.Experiment == nil || ex.Arm != in.Experiment.Arm):
		return "the arm is another one"
	case ex.Why != "" && !strings.Contains(in.Reason.Text, ex.Why):
		return fmt.Sprintf("reason is %q", in.Reason.Text)
	}
	for _, name := range sortedKeys(ex.Data) {
		if got, want := scalar(in.Data, name), wanted(ex.Data[name]); got != want {
			return fmt.Sprintf("data %s is %s, want %s", name, got, want)
		}
	}
	return ""
}

// wanted prints an expected value as scalar does: a null of the test is an unknown of the intent.
func wanted(va any) string {
	if va == nil {
		return "null"
	}
	return textOf(va)
}

// scalar prints a named value as the test writes it.
func scalar(data []schemas.Field, name string) string {
	for _, fi := range data {
		if fi.Name != name {
			continue
		}
		switch va := fi.Value; va.Kind {
		case schemas.Null:
			return "null"
		case schemas.Bool:
			return fmt.Sprint(va.Num != 0)
		case schemas.Double:
			return fmt.Sprint(va.Float)
		case schemas.String:
			return va.Text
		default:
			return fmt.Sprint(va.Num)
		}
	}
	return "missing"
}

func (ex Expectation) decision(wo *World) string {
	n := 0
	for _, de := range wo.Decisions {
		if de.Outcome == ex.Decision && (ex.Playbook == "" || de.Playbook == ex.Playbook) && (ex.Step == "" || de.Step == ex.Step) &&
			(ex.User == "" || de.UserID == ex.User) && (ex.Account == "" || de.AccountID == ex.Account) &&
			(ex.Episode == "" || de.EpisodeID == ex.Episode) && (ex.Key == "" || de.Key == ex.Key) && strings.Contains(de.Text, ex.Why) {
			n++
		}
	}
	switch {
	case ex.Is != nil && n != int(numberOf(ex.Is)):
		return fmt.Sprintf("%d, want %v", n, ex.Is)
	case ex.Is == nil && n == 0:
		return "there is none"
	}
	return ""
}
