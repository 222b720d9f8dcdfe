package avro

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"holdfast/schemas"
)

// finish fills what is absent, and refuses what is required and still missing.
func (bu *builder) finish() error {
	if err := bu.finishTime(); err != nil {
		return err
	}
	if err := bu.finishAccount(); err != nil {
		return err
	}
	bu.finishIdentity()
	var err error
	switch bu.rec.Kind {
	case schemas.KindProfile:
		err = bu.finishProfile()
	case schemas.KindReceipt:
		err = bu.finishReceipt()
	default:
		err = bu.finishEvent()
	}
	if err != nil {
		return err
	}
	return bu.finishFields()
}

func (bu *builder) finishTime() error {
	ev := bu.ev
	switch {
	case bu.hasTime:
	case bu.attrs.time != "":
		ms, ok := parseTime(bu.attrs.time)
		if !ok {
			return unacceptable(CodeUnreadableTime, "CloudEvents time %q cannot be read: want RFC 3339", bu.attrs.time)
		}
		ev.OccurredAt = ms
	default:
		ev.OccurredAt = bu.rec.Timestamp
	}
	if ev.OccurredAt < 0 {
		return unacceptable(CodeBefore1970, "the event time is %d ms, before 1970: publish occurred_at as RFC 3339 or epoch milliseconds", ev.OccurredAt)
	}
	ev.At = ev.OccurredAt
	return nil
}

func (bu *builder) finishAccount() error {
	ev := bu.ev
	if ev.Account == "" {
		ev.Account = bu.attrs.subject
	}
	if ev.Account == "" {
		if !utf8.Valid(bu.rec.Key) {
			return unacceptable(CodeInvalidUTF8, "the record has no account_id and its key is not valid UTF-8: give account_id")
		}
		ev.Account = alias(bu.rec.Key)
	}
	if ev.Account == "" {
		return unacceptable(CodeMissingAccount, "the record has no account: give account_id, the header ce_subject or the record's key")
	}
	return nil
}

// numberBytes is enough for a number of 64 bits, its sign and what stands beside it.
const numberBytes = 21

func (bu *builder) finishIdentity() {
	ev := bu.ev
	if ev.ID == "" {
		ev.ID = bu.attrs.id
	}
	if ev.ID == "" {
		ev.IDIsPosition = true
		id := append(append(bu.made.room(len(bu.rec.Topic)+2*numberBytes), bu.rec.Topic...), '-')
		id = append(strconv.AppendInt(id, int64(bu.rec.Partition), 10), '-')
		ev.ID = bu.made.keep(strconv.AppendInt(id, bu.rec.Offset, 10))
	}
	if ev.Source == "" {
		ev.Source = cmp.Or(bu.attrs.source, bu.rec.Topic)
	}
	if ev.TraceParent == "" {
		ev.TraceParent = bu.attrs.traceParent
	}
}

func (bu *builder) finishEvent() error {
	ev := bu.ev
	if ev.Type == "" {
		ev.Type = bu.attrs.typ
	}
	if ev.Type == "" {
		return unacceptable(CodeMissingField, "the record has no type: give type (for example signed_in) or the header ce_type")
	}
	if ev.Count < 1 {
		return unacceptable(CodeWrongValue, "field count is %d: want 1 or more", ev.Count)
	}
	return nil
}

func (bu *builder) finishReceipt() error {
	for _, name := range []string{"intent_id", "status"} {
		va, _ := bu.ev.OwnField(name)
		if va.Text == "" {
			return unacceptable(CodeMissingField, "the receipt has no %s: copy intent_id from the intent and say what became of it in status", name)
		}
		bu.ev.Type = va.Text // status, the last one
	}
	if _, given := bu.ev.OwnField("hard"); !given {
		bu.ev.Own = append(bu.ev.Own, schemas.Field{Name: "hard", Value: schemas.Value{Kind: schemas.Bool}})
	}
	return nil
}

// finishProfile gives a profile the identity of language.md 15: a profile is a record, source = its topic, id =
// account/user@changed_at.
func (bu *builder) finishProfile() error {
	ev := bu.ev
	kind := "account"
	if ev.User != "" {
		kind = "user"
	}
	if ev.Type = cmp.Or(ev.Type, kind); ev.Type != kind {
		return unacceptable(CodeWrongValue, "field kind is %q but user_id is %q: want kind user with a user_id, or kind account without", ev.Type, ev.User)
	}
	ev.Source, ev.IDIsPosition = bu.rec.Topic, false
	id := append(append(bu.made.room(len(ev.Account)+len(ev.User)+2*numberBytes), ev.Account...), '/')
	id = append(append(id, ev.User...), '@')
	ev.ID = bu.made.keep(strconv.AppendInt(id, ev.OccurredAt, 10))
	return nil
}

// finishFields sorts the lists, drops own fields without value and refuses doubled names.
func (bu *builder) finishFields() error {
	ev := bu.ev
	if len(ev.Own) != bu.sorted.own {
		if name, twice := sortFields(ev.Own); twice {
			return duplicate(name)
		}
	}
	if len(ev.Props) != bu.sorted.props {
		if name, twice := sortFields(ev.Props); twice {
			return duplicate(name)
		}
	}
	if ev.Kind == schemas.KindProfile {
		for _, list := range [...][]schemas.Field{ev.Profile.Consents, ev.Profile.Channels} {
			if name, twice := sortFields(list); twice {
				return duplicate(name)
			}
		}
	}
	if bu.nulls {
		ev.Own = slices.DeleteFunc(ev.Own, func(fi schemas.Field) bool { return fi.Value.Kind == schemas.Null })
	}
	return nil
}

// sortFields sorts by name and finds the first name that is given twice. Most lists come sorted, and are short.
func sortFields(list []schemas.Field) (name string, twice bool) {
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = list[i-1].Name < list[i].Name
	}
	if sorted {
		return "", false
	}
	slices.SortFunc(list, func(one, two schemas.Field) int { return strings.Compare(one.Name, two.Name) })
	for i := 1; i < len(list); i++ {
		if list[i].Name == list[i-1].Name {
			return list[i].Name, true
		}
	}
	return "", false
}

func duplicate(name string) error {
	return unacceptable(CodeDuplicateField, "field %s is given twice: give it once", name)
}
