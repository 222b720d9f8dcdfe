package schemas

// OwnField is a field that a record has beside the common envelope, with its type (language.md 2, retention.md 3).
type OwnField struct {
	Name string
	Kind ValueKind
}

// OwnFields returns the own fields of the records of a kind in the order of the .avsc; Event.Own holds those of them
// that have a value. The result is shared: do not change it.
//
// Not listed are the fields that Event has a place for (UserAction.count, the roles of a profile and so on) and
// received_at, which nothing may depend on: it differs between two deliveries of one event.
func OwnFields(ki Kind) []OwnField {
	switch ki {
	case KindUserAction:
		return userActionFields
	case KindBilling:
		return billingFields
	case KindSupport:
		return supportFields
	case KindProfile:
		return profileFields
	case KindReceipt:
		return receiptFields
	}
	return nil
}

// RecordName names the .avsc of a kind's records.
func (ki Kind) RecordName() string {
	switch ki {
	case KindUserAction:
		return "UserAction"
	case KindBilling:
		return "BillingEvent"
	case KindSupport:
		return "SupportEvent"
	case KindProfile:
		return "SubjectProfile"
	case KindReceipt:
		return "DeliveryReceipt"
	}
	return ""
}

var userActionFields = []OwnField{
	{"object_id", String}, {"feature", String}, {"time_zone", String}, {"locale", String},
}

var billingFields = []OwnField{
	{"provider", String}, {"provider_created_at", TimeMillis}, {"invoice_id", String}, {"subscription_id", String},
	{"contract_id", String}, {"amount_minor", Long}, {"currency", String}, {"attempt", Long},
	{"next_attempt_at", TimeMillis}, {"decline_code", String}, {"decline_class", String}, {"update_url", String},
	{"plan", String}, {"previous_plan", String}, {"seats_limit", Long}, {"arr_minor", Long},
	{"contract_starts_on", Date}, {"contract_ends_on", Date}, {"auto_renew", Bool}, {"status", String},
}

var supportFields = []OwnField{
	{"ticket_id", String}, {"status", String}, {"priority", String}, {"topic", String}, {"sentiment", Double},
	{"score", Long}, {"feedback_id", String}, {"title", String}, {"text", String}, {"issue_id", String},
	{"release_url", String},
}

var profileFields = []OwnField{{"time_zone", String}, {"locale", String}}

var receiptFields = []OwnField{
	{"intent_id", String}, {"status", String}, {"channel", String}, {"hard", Bool}, {"reason", String},
	{"provider_ref", String}, {"playbook", String}, {"step", String}, {"episode_id", String}, {"key", String},
	{"template", String}, {"link", String}, {"reference", String},
}
