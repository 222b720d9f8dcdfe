package operator

import (
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/playbook"
)

// The answers of a consent cell: when it was given (ms) times 4, plus one of these.
const (
	consentUnknown = iota
	consentGranted
	consentDenied
)

func consentKey(name string) uint32 { return topology.Key("consent/" + name) }

// foldConsents keeps the newest answer for each category, or category and channel.
func foldConsents(sub topology.Subject, ev *schemas.Event) {
	for _, fi := range ev.Profile.Consents {
		key := consentKey(fi.Name)
		was, ok := sub.Int(key)
		if ok && was>>2 > ev.At {
			continue
		}
		answer := int64(consentUnknown)
		switch fi.Value.Text {
		case "granted":
			answer = consentGranted
		case "denied":
			answer = consentDenied
		}
		sub.SetInt(key, ev.At<<2|answer)
	}
}

// consented narrows the channels of a step to those that the recipient did not deny, for the step's category and the
// playbook's class. denied names what forbids it altogether. Only messages and notices to users ask.
func (ta *Task) consented(pa *party, ru *rule, st *playbook.Step, ad addressee) (channels []string, denied string) {
	channels = defaultChannels(st)
	if ad.Type != "user" || st.Action != "send" && st.Action != "notify" {
		return channels, ""
	}
	user := ta.store.Open(topology.Ref{Account: pa.ref.Account, Kind: topology.SubjectUser, ID: ad.Name})
	for _, name := range []string{st.Category, ru.Class} {
		if name == "" {
			continue
		}
		if denies(user, name) {
			return nil, name
		}
		kept := channels[:0]
		for _, channel := range channels {
			if denies(user, name+"/"+channel) {
				denied = name + "/" + channel
			} else {
				kept = append(kept, channel)
			}
		}
		channels = kept
	}
	if len(channels) > 0 {
		denied = ""
	}
	return channels, denied
}

func denies(user topology.Cells, name string) bool {
	answer, _ := user.Int(consentKey(name))
	return answer&3 == consentDenied
}
