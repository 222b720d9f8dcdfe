package operator

import (
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
	"holdfast/topology/value"
)

// maxPerRole is how many users of a role a step reaches.
const maxPerRole = 20

// part is the recipient in a dedupe key.
func (ad addressee) part() string {
	switch ad.Type {
	case "user":
		return ad.Name
	case "account":
		return "account"
	}
	return ad.Type + ":" + ad.Name
}

func (ad addressee) recipient() schemas.Recipient {
	if ad.Type == "user" {
		return schemas.Recipient{Type: ad.Type, UserID: ad.Name}
	}
	return schemas.Recipient{Type: ad.Type, Ref: ad.Name}
}

// recipients finds who gets a step: of every group the first choice that is not empty, nobody twice.
func (ta *Task) recipients(pa *party, ru *rule, ep *episode, st *playbook.Step, ss *stepState, now int64) []addressee {
	var all []addressee
	for _, choices := range st.To.All {
		for _, re := range choices {
			found := ta.find(pa, re, func() *lang.Frame { return ta.withEvent(pa, ru, ep, ss.Event, now) })
			for _, ad := range found {
				if !contains(all, ad) {
					all = append(all, ad)
				}
			}
			if len(found) > 0 {
				break
			}
		}
	}
	return all
}

func contains(all []addressee, ad addressee) bool {
	for _, other := range all {
		if other == ad {
			return true
		}
	}
	return false
}

func (ta *Task) find(pa *party, re playbook.Recipient, fr func() *lang.Frame) []addressee {
	switch re.Kind {
	case playbook.ToUser:
		if pa.ref.Kind != topology.SubjectUser {
			return nil
		}
		return []addressee{{"user", strings.Clone(pa.ref.ID)}}
	case playbook.ToRole:
		return ta.withRole(pa, re.Name)
	case playbook.ToPath:
		id := re.Path.Eval(fr())
		if id.Kind != value.Text || id.Text == "" {
			return nil
		}
		return []addressee{{"user", strings.Clone(id.Text)}}
	case playbook.ToTeam:
		return []addressee{{"team", re.Name}}
	case playbook.ToChannel:
		return []addressee{{"channel", re.Name}}
	case playbook.ToSystem:
		return []addressee{{"system", re.Name}}
	case playbook.ToAccount:
		return []addressee{{"account", ""}}
	}
	return nil
}

// withRole are the first users of the account that have the role, by id.
func (ta *Task) withRole(pa *party, role string) (found []addressee) {
	roster := ta.store.Open(topology.Ref{Account: pa.ref.Account, Kind: topology.SubjectRoster, ID: role})
	list, _ := roster.Bytes(rosterKey)
	ro := decodeRoster(list)
	for _, id := range ro[:min(len(ro), maxPerRole)] {
		found = append(found, addressee{"user", id})
	}
	return found
}
