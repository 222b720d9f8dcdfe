package tail

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"holdfast/schemas"
	"holdfast/schemas/avro"
)

// stream is one of the outputs that can be read along.
type stream struct {
	word  string // of the command line
	topic func(schemas.TopicNames) string
	line  func(*avro.Reader, []byte) (string, error)
}

func streams() []stream {
	return []stream{
		{word: "intents", topic: func(tn schemas.TopicNames) string { return tn.Intents }, line: intentLine},
		{word: "decisions", topic: func(tn schemas.TopicNames) string { return tn.Decisions }, line: decisionLine},
		{word: "signals", topic: func(tn schemas.TopicNames) string { return tn.Signals }, line: signalLine},
		{word: "dead-letters", topic: func(tn schemas.TopicNames) string { return tn.DeadLetters }, line: deadLetterLine},
	}
}

func intentLine(reader *avro.Reader, value []byte) (string, error) {
	in, err := reader.DecodeIntent(value)
	if err != nil {
		return "", err
	}
	what := in.Kind + " " + in.Template
	if in.Action == "cancel" {
		what = "cancels " + in.Supersedes
	}
	if in.Test {
		what = "[test] " + what
	}
	text := fmt.Sprintf("%s to %s", what, recipient(in.Recipient))
	if len(in.Channels) > 0 {
		text += " by " + strings.Join(in.Channels, ", ")
	}
	return columns(in.DecidedAt, in.Playbook+"/"+in.Step, subject(in.AccountID, in.Recipient.UserID), because(text, in.Reason.Text)), nil
}

// recipient is "user ann", "team crm", "account".
func recipient(re schemas.Recipient) string {
	name := re.Ref
	if re.Type == "user" {
		name = re.UserID
	}
	return strings.TrimSpace(re.Type + " " + name)
}

func decisionLine(reader *avro.Reader, value []byte) (string, error) {
	de, err := reader.DecodeDecision(value)
	if err != nil {
		return "", err
	}
	rule := strings.TrimSuffix(de.Playbook+"/"+de.Step, "/")
	text := de.Outcome
	if de.Code != "" && de.Code != de.Outcome {
		text += " (" + de.Code + ")"
	}
	return columns(de.DecidedAt, rule, subject(de.AccountID, de.UserID), because(text, de.Text)), nil
}

func signalLine(reader *avro.Reader, value []byte) (string, error) {
	si, err := reader.DecodeSignal(value)
	if err != nil {
		return "", err
	}
	now := si.Text
	if si.HasNumber {
		now = strings.TrimSpace(fmt.Sprintf("%g %s", si.Number, now))
	}
	if si.Previous != "" {
		now += ", before: " + si.Previous
	}
	return columns(si.ChangedAt, si.Name, subject(si.AccountID, si.UserID), now), nil
}

func deadLetterLine(reader *avro.Reader, value []byte) (string, error) {
	dl, err := reader.DecodeDeadLetter(value)
	if err != nil {
		return "", err
	}
	place := "a timer of task " + fmt.Sprint(dl.Task)
	if dl.Topic != "" {
		place = fmt.Sprintf("%s/%d@%d", dl.Topic, dl.Partition, dl.Offset)
	}
	who := subject(dl.AccountID, dl.UserID)
	if who == "" {
		who = "nobody known"
	}
	return columns(dl.At, place, who, because(dl.Stage+" "+dl.Code, dl.Text)), nil
}

// subject is ACCOUNT or ACCOUNT~USER, as in ids.
func subject(account, user string) string {
	if user == "" {
		return account
	}
	return account + "~" + user
}

func because(what, reason string) string {
	if reason == "" {
		return what
	}
	return what + ": " + reason
}

// columns joins the parts of a line. What came from outside cannot break the line or speak to the terminal.
func columns(atMillis int64, parts ...string) string {
	line := time.UnixMilli(atMillis).UTC().Format("2006-01-02 15:04:05Z")
	for _, part := range parts {
		line += "  " + strings.Map(printable, part)
	}
	return line
}

func printable(char rune) rune {
	if unicode.IsControl(char) {
		return ' '
	}
	return char
}
