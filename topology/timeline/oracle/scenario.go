package oracle

import (
	"fmt"
	"strings"
)

// Scenario prints the history of the case as a `test:` document.
func (ca Case) Scenario() string {
	var out strings.Builder
	fmt.Fprintf(&out, "test: seed %d\nclock: event\nhistory: complete\nlateness: %v\naccounts:\n", ca.Seed, ca.Lateness)
	for _, ac := range ca.Accounts {
		fl := flow{}
		fl.text("time_zone", ac.Zone)
		fl.text("created_at", moment(ac.Created))
		if len(ac.Traits) > 0 {
			fl.add("traits", traits(ac.Traits).String())
		}
		fmt.Fprintf(&out, "  %s: %s\n", ac.ID, fl)
	}
	if len(ca.Users) > 0 {
		out.WriteString("users:\n")
	}
	for _, us := range ca.Users {
		fl := flow{"account: " + us.Account}
		fl.text("time_zone", us.Zone)
		fl.text("created_at", moment(us.Created))
		if len(us.Roles) > 0 {
			fl.add("roles", "["+strings.Join(us.Roles, ", ")+"]")
		}
		fmt.Fprintf(&out, "  %s: %s\n", us.ID, fl)
	}
	var items []string
	for _, li := range ca.Lines {
		items = append(items, li.text())
	}
	block(&out, "given", items)
	fmt.Fprintf(&out, "until: %s\n", moment(ca.Until))
	return out.String()
}

func (li Line) text() string {
	fl := flow{"at: " + moment(li.At)}
	subject := li.Account
	switch li.User {
	case "":
	case Stranger:
		subject += "/" + Stranger
	default:
		subject = li.User
	}
	if li.Event == "" {
		fl.add("profile", subject)
		set := flow{"traits: " + traits(li.Set).String()}
		if li.User != "" {
			set = flow{"roles: [" + strings.Join(li.Roles, ", ") + "]"}
		}
		fl.add("set", set.String())
		return fl.String()
	}
	fl.add(li.Event, subject)
	fl.add("with", append(flow{"id: " + li.ID, "source: s"}, traits(li.With)...).String())
	if li.Arrives != li.At {
		fl.add("arrives", moment(li.Arrives))
	}
	return fl.String()
}

func traits(list []Trait) flow {
	fl := flow{}
	for _, tr := range list {
		fl.add(tr.Name, tr.Value)
	}
	return fl
}

// moment prints an instant; "" for none.
func moment(in Instant) string {
	if in == 0 {
		return ""
	}
	return in.utc().Format("2006-01-02T15:04:05.999Z07:00")
}
