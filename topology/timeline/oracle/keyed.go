package oracle

import (
	"slices"
	"strings"
)

// keyField is the field whose values are the keys: playbooks of invoices are the only keyed ones of a case.
const keyField = "invoice_id"

func (ca *Case) hasKeys() bool {
	return slices.ContainsFunc(ca.Playbooks, func(pb Playbook) bool { return pb.PerKey })
}

// concerns says whether the record names the key of the subject.
func (ha *happened) concerns(su *subject) bool { return ha.fields[keyField] == text(su.invoice) }

// reached lists the keyed subjects of a record: the one whose key it names; without a value all that have an open
// episode.
func (wo *world) reached(ha *happened) []*subject {
	if key := ha.fields[keyField]; key.known() {
		return []*subject{wo.find(subject{name: ha.account + "~invoice=" + key.s, account: ha.account, invoice: key.s})}
	}
	isClosed := func(su *subject) bool {
		return !slices.ContainsFunc(su.rules, func(ru *rule) bool { return len(ru.open()) > 0 })
	}
	return slices.DeleteFunc(wo.keys(ha.account), isClosed)
}

// keys lists the keyed subjects of an account.
func (wo *world) keys(account string) []*subject {
	var list []*subject
	for _, su := range wo.subjects {
		if su.account == account && strings.HasPrefix(su.name, account+"~invoice=") {
			list = append(list, su)
		}
	}
	return list
}
