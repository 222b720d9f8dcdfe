package timeline

import (
	"sort"

	"holdfast/schemas"
)

// answer completes a receipt of a test: it is about the newest intent to its account (and user) of the playbook, step and
// key that it names, and copies what a channel copies from the intent.
func (wo *World) answer(ev *schemas.Event) {
	if _, has := ev.OwnField("intent_id"); ev.Kind != schemas.KindReceipt || has {
		return
	}
	in := wo.answered(ev)
	if in == nil {
		return
	}
	for _, copied := range [][2]string{
		{"intent_id", in.IntentID}, {"playbook", in.Playbook}, {"step", in.Step}, {"episode_id", in.EpisodeID}, {"template", in.Template}, {"key", in.Key},
	} {
		name, text := copied[0], copied[1]
		if _, has := ev.OwnField(name); !has && text != "" {
			ev.Own = append(ev.Own, schemas.Field{Name: name, Value: schemas.Value{Kind: schemas.String, Text: text}})
		}
	}
	sort.Slice(ev.Own, func(i, j int) bool { return ev.Own[i].Name < ev.Own[j].Name })
}

// answered is the newest intent that a receipt may be about, nil if there is none.
func (wo *World) answered(ev *schemas.Event) (newest *schemas.MessageIntent) {
	says := func(name, text string) bool {
		said, ok := ev.OwnField(name)
		return !ok || said.Text == text
	}
	for _, in := range wo.Intents {
		if in.Action == "deliver" && in.AccountID == ev.Account && (ev.User == "" || in.Recipient.UserID == ev.User) &&
			says("playbook", in.Playbook) && says("step", in.Step) && says("key", in.Key) {
			newest = in
		}
	}
	return newest
}
