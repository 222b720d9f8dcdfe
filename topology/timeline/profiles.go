package timeline

import (
	"fmt"
	"maps"

	"github.com/goccy/go-yaml"

	"holdfast/schemas"
)

// profiles makes the records of `accounts:` and `users:`, which are read before the first line: as of created_at, else
// of the first line's time.
func (re *reading) profiles(given []Line) error {
	first := int64(0)
	if len(given) > 0 {
		first = given[0].Event.At
	}
	add := func(account, user string, pr Profile) error {
		at, err := instantOr(pr.CreatedAt, first)
		if err != nil {
			return fmt.Errorf("created_at of %s: %w", account+user, err)
		}
		ev := re.profile(account, user, at, pr)
		re.lines = append(re.lines, Line{Arrives: at, Event: *ev})
		return nil
	}
	for _, account := range sortedKeys(re.sc.Accounts) {
		if err := add(account, "", re.sc.Accounts[account]); err != nil {
			return err
		}
	}
	for _, user := range sortedKeys(re.sc.Users) {
		if err := add(re.sc.Users[user].Account, user, re.sc.Users[user]); err != nil {
			return err
		}
	}
	return nil
}

// profile makes the record of an account or a user.
func (re *reading) profile(account, user string, at int64, pr Profile) *schemas.Event {
	ev := re.envelope(schemas.KindProfile, account, user, at)
	ev.Type = "account"
	if user != "" {
		ev.Type = "user"
	}
	ev.ID = fmt.Sprintf("%s/%s@%d", account, user, at)
	ev.Profile.Roles, ev.Profile.HasRoles = pr.Roles, pr.Roles != nil
	if created, err := instant(pr.CreatedAt); err == nil {
		ev.Profile.CreatedAt = created
	}
	if pr.Locale != "" {
		ev.Own = append(ev.Own, schemas.Field{Name: "locale", Value: wireOf(pr.Locale, schemas.String)})
	}
	if pr.TimeZone != "" {
		ev.Own = append(ev.Own, schemas.Field{Name: "time_zone", Value: wireOf(pr.TimeZone, schemas.String)})
	}
	for _, name := range sortedKeys(pr.Traits) {
		if name == "deleted" {
			ev.Profile.Deleted = pr.Traits[name] == true
			continue
		}
		ev.Props = append(ev.Props, schemas.Field{Name: name, Value: wireOf(pr.Traits[name], schemas.Null)})
	}
	for _, name := range sortedKeys(pr.Consents) {
		ev.Profile.Consents = append(ev.Profile.Consents, schemas.Field{Name: name, Value: wireOf(pr.Consents[name], schemas.String)})
	}
	return ev
}

// profileOf reads the `set` of a line: the words of a profile, everything else is a trait, as what stands under `traits`.
func profileOf(set any) (pr Profile) {
	values, _ := set.(map[string]any)
	traits := map[string]any{}
	for _, key := range sortedKeys(values) {
		switch va := values[key]; key {
		case "time_zone":
			pr.TimeZone = textOf(va)
		case "locale":
			pr.Locale = textOf(va)
		case "created_at":
			pr.CreatedAt = textOf(va)
		case "roles":
			list, _ := va.([]any)
			pr.Roles = []string{}
			for _, role := range list {
				pr.Roles = append(pr.Roles, textOf(role))
			}
		case "consents":
			pr.Consents = consentsOf(va)
		case "traits":
			nested, _ := va.(map[string]any)
			maps.Copy(traits, nested)
		default:
			traits[key] = va
		}
	}
	pr.Traits = traits
	return pr
}

func consentsOf(va any) map[string]string {
	consents := map[string]string{}
	switch list := va.(type) {
	case map[string]any:
		for _, name := range sortedKeys(list) {
			consents[name] = textOf(list[name])
		}
	case yaml.MapSlice:
		for _, item := range list {
			consents[textOf(item.Key)] = textOf(item.Value)
		}
	}
	return consents
}
