package lang

import (
	"encoding/binary"
	"sort"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/value"
	"holdfast/topology/window"
)

// The contracts of an account (language.md 2). Every billing event with a contract_id says something of its contract; all
// of them are kept in one cell, and the active one that ends last is written into facts of the account, so that reading
// one costs what a fact does, and a change of it is noticed as a change of a fact.

// ContractsCell is the name of the cell with the contracts.
const ContractsCell = "contracts"

var contractsKey = topology.Key(ContractsCell)

// contractVersion is the first byte of the cell. Then come the contracts in the order of their ids: the id, and for each
// of contractFields, if it was ever said (a byte 1, else 0), when (ms, varint) and what: a text with its length, a number
// as a varint.
const contractVersion = 1

// contractFields are what an event says of a contract, with the fields that it says it in.
var contractFields = [...]struct {
	name, own string
	kind      value.Kind
}{
	{"status", "status", value.Text},
	{"starts_on", "contract_starts_on", value.Date},
	{"ends_on", "contract_ends_on", value.Date},
	{"arr", "arr", value.Decimal},
	{"auto_renew", "auto_renew", value.Bool},
}

// The places of fields in contractFields.
const (
	contractStatus = 0
	contractEndsOn = 2
)

// contract is one of them.
type contract struct {
	id     string
	fields [len(contractFields)]contractField
}

type contractField struct {
	at    int64
	value value.Value // unknown: never said
}

// foldContract takes what a billing event says of its contract; the newest word by the provider's time holds, field by
// field. Without a contract_id it says nothing.
func foldContract(ev *schemas.Event, account topology.Subject, facts []*FactDef) {
	id, ok := ev.OwnField("contract_id")
	if !ok || id.Text == "" {
		return
	}
	cell, _ := account.Bytes(contractsKey)
	list := decodeContracts(cell)
	i := sort.Search(len(list), func(i int) bool { return list[i].id >= id.Text })
	if i == len(list) || list[i].id != id.Text {
		list = append(list, contract{})
		copy(list[i+1:], list[i:])
		list[i] = contract{id: id.Text}
	}
	at := window.ValueTime(ev)
	if !list[i].hear(ev, at) && cell != nil {
		return
	}
	account.SetBytes(contractsKey, appendContracts(nil, list))
	project(list, account, facts, at)
}

// hear takes the fields that the event has and that are as new as what is known.
func (co *contract) hear(ev *schemas.Event, at int64) (changed bool) {
	for i, field := range contractFields {
		if i == contractStatus && ofInvoice(ev) {
			continue
		}
		va := ownReader(field.own, field.kind)(ev, nil)
		known := &co.fields[i]
		if !va.Known() || known.value.Known() && at < known.at {
			continue
		}
		changed = changed || !same(known.value, va) || known.at != at
		known.at, known.value = at, va
	}
	return changed
}

// ofInvoice says that the status of a billing event is that of its invoice.
func ofInvoice(ev *schemas.Event) bool {
	id, ok := ev.OwnField("invoice_id")
	return ok && id.Text != ""
}

// project writes the active contract that ends last into the facts of the account; of two, that with the lowest id.
func project(list []contract, account topology.Subject, facts []*FactDef, at int64) {
	var best *contract
	for i := range list {
		co := &list[i]
		if co.fields[contractStatus].value.Text != "active" {
			continue
		}
		if best == nil || co.endsAfter(best) {
			best = co
		}
	}
	for i, fact := range facts {
		va := value.Missing("no active contract")
		switch {
		case best == nil:
		case i == 0:
			va = value.OfText(best.id)
		default:
			va = best.fields[i-1].value
		}
		fact.store(account, va, at)
	}
}

// FeedContracts makes the hidden billing event of FeedBuiltIn say what becomes of contracts.
func (na *Names) FeedContracts(defs []*EventDef) {
	for _, de := range defs {
		if de.Hidden && de.Kind == schemas.KindBilling && de.Type == "" {
			de.Contracts = na.ContractFacts()
			de.AccountFacts = append(de.AccountFacts, de.Contracts...)
		}
	}
}

func appendContracts(cell []byte, list []contract) []byte {
	cell = append(cell, contractVersion)
	for i := range list {
		cell = appendText(cell, list[i].id)
		for _, field := range list[i].fields {
			cell = field.append(cell)
		}
	}
	return cell
}

func appendText(cell []byte, text string) []byte {
	return append(binary.AppendUvarint(cell, uint64(len(text))), text...)
}

func (cf *contractField) append(cell []byte) []byte {
	if !cf.value.Known() {
		return append(cell, 0)
	}
	cell = binary.AppendVarint(append(cell, 1), cf.at)
	if cf.value.Kind == value.Text {
		return appendText(cell, cf.value.Text)
	}
	return binary.AppendVarint(cell, cf.value.Num)
}

// decodeContracts reads the cell; what follows damaged bytes is lost, and said again by the next events.
func decodeContracts(cell []byte) (list []contract) {
	if len(cell) == 0 || cell[0] != contractVersion {
		return nil
	}
	for rest := cell[1:]; ; {
		id, after, ok := window.NextText(rest)
		co := contract{id: string(id)}
		for i := range co.fields {
			ok = ok && co.fields[i].decode(&after, contractFields[i].kind)
		}
		if !ok {
			return list
		}
		list, rest = append(list, co), after
	}
}

func (cf *contractField) decode(cell *[]byte, kind value.Kind) bool {
	rest := *cell
	if len(rest) == 0 || rest[0] > 1 {
		return false
	}
	said := rest[0] == 1
	rest = rest[1:]
	*cell = rest
	if !said {
		return true
	}
	at, size := binary.Varint(rest)
	if size <= 0 {
		return false
	}
	rest, cf.at = rest[size:], at
	if kind == value.Text {
		text, after, ok := window.NextText(rest)
		cf.value, *cell = value.OfText(string(text)), after
		return ok
	}
	n, size := binary.Varint(rest)
	if size <= 0 {
		return false
	}
	cf.value, *cell = value.Value{Kind: kind, Num: n}, rest[size:]
	return true
}

func (co *contract) endsAfter(other *contract) bool {
	mine, theirs := co.fields[contractEndsOn].value, other.fields[contractEndsOn].value
	return mine.Known() && (!theirs.Known() || mine.Num > theirs.Num)
}
