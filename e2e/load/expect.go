package load

import (
	"time"

	"holdfast/e2e/oracle"
)

// lateness is the bundle's default (language, section 1): an event that comes this much after a due instant still
// counts as the return.
const lateness = 10 * time.Minute

// PurchaseIntents is what must come of the purchases.
func PurchaseIntents(lines []Line) []oracle.Intent {
	accounts := oracle.ByAccount(Events(lines, "purchased"))
	tell := func(playbook string) oracle.Template {
		return oracle.Template{Playbook: playbook, Step: "tell", Action: "task", Recipient: "team:crm"}
	}
	var intents []oracle.Intent
	for _, days := range Silences {
		silence := time.Duration(days) * 24 * time.Hour
		intents = append(intents, oracle.Quiet(tell(SilenceName(days)), accounts, silence, lateness, PurchasesEnd.UnixMilli())...)
	}
	for _, nth := range PurchaseDays {
		intents = append(intents, oracle.DistinctDays(tell(DayName(nth)), accounts, nth)...)
	}
	return intents
}

// BusinessIntents is what must come of a simulated business, but for the playbook win_back.
func BusinessIntents(lines []Line, until time.Time) []oracle.Intent {
	logins, end := Events(lines, "signed_in"), until.UnixMilli()
	day := 24 * time.Hour
	return concat(
		oracle.Quiet(oracle.Template{Playbook: "quiet_user", Step: "d7", Action: "send"}, oracle.ByUser(logins), 7*day, lateness, end),
		oracle.Quiet(oracle.Template{Playbook: "quiet_account", Step: "tell", Action: "task", Recipient: "team:csm"}, oracle.ByAccount(logins), 5*day, lateness, end),
		oracle.Reached(oracle.Template{Playbook: "heavy_use", Step: "congrats", Action: "task", Recipient: "team:csm"}, oracle.ByAccount(Events(lines, "api_called")), 1000),
		oracle.First(oracle.Template{Playbook: "first_project", Step: "hello", Action: "send"}, oracle.ByUser(Events(lines, "project_created"))),
		oracle.Each(oracle.Template{Playbook: "payment_trouble", Step: "tell", Action: "task", Recipient: "team:billing"}, oracle.ByAccount(Events(lines, "payment_failed"))),
	)
}

func concat(lists ...[]oracle.Intent) []oracle.Intent {
	var all []oracle.Intent
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
