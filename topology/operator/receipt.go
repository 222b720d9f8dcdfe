package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

// Receipts: what became of a message, a task or a request. A receipt is an event (message_clicked, task_done), and it
// marks the step of the episode that it is about.

// name gives a receipt the type of the event that it is: its status, and the action of the step it answers. What is of a
// playbook that nobody knows any more is about a message, but for `done`.
func (ta *Task) name(ev *schemas.Event) {
	if ev.Kind != schemas.KindReceipt || strings.Contains(ev.Type, "_") {
		return
	}
	action := ""
	if name, ok := ev.OwnField("playbook"); ok {
		step, _ := ev.OwnField("step")
		action = ta.actionOf(name.Text, step.Text)
	}
	switch {
	case ev.Type == "done" && action == "request":
		ev.Type = "request_done"
	case ev.Type == "done":
		ev.Type = "task_done"
	case ev.Type == "failed" && action == "request":
		ev.Type = "request_failed"
	default:
		ev.Type = "message_" + ev.Type
	}
}

func (ta *Task) ruleNamed(name string) *rule {
	for _, ru := range ta.rules {
		if ru.Name == name {
			return ru
		}
	}
	return nil
}

// actionOf is the action of a step, also of one that only pinned episodes have; "" if nobody knows it.
func (ta *Task) actionOf(playbook, step string) string {
	for _, ru := range ta.rules {
		if ru.Name != playbook {
			continue
		}
		if st := ru.stepNamed(step); st != nil {
			return st.Action
		}
	}
	return ""
}

// isAbout says that a receipt is about an intent of a playbook.
func isAbout(ev *schemas.Event, pb *playbook.Playbook) bool {
	if ev == nil || ev.Kind != schemas.KindReceipt {
		return false
	}
	name, ok := ev.OwnField("playbook")
	return ok && name.Text == pb.Name
}

// receipt marks the step that a receipt is about, also of an episode that is over.
func (ta *Task) receipt(ru *rule, li *life, oc occasion) (changed bool) {
	if !isAbout(oc.event, ru.Playbook) {
		return false
	}
	mark := markOf(oc.event.Type)
	id, _ := oc.event.OwnField("episode_id")
	step, _ := oc.event.OwnField("step")
	for i := range li.Episodes {
		ep := &li.Episodes[i]
		if ep.ID != id.Text {
			continue
		}
		ss, _ := ep.step(step.Text)
		if ss.wasPublished() && ss.Marks|mark != ss.Marks {
			ss.Marks |= mark
			ep.setStep(ss)
			changed = true
		}
	}
	return changed
}

func markOf(typ string) lang.Mark {
	switch typ {
	case "message_seen":
		return lang.MarkSeen
	case "message_opened":
		return lang.MarkOpened
	case "message_clicked":
		return lang.MarkClicked
	case "task_done", "request_done":
		return lang.MarkDone
	}
	return 0
}
