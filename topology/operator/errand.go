package operator

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/playbook"
)

// Errands: intents of a user's episode that go to somebody else, a role or a team. Their receipts name the recipient or
// nobody, never the user whose step they are about, so the account remembers whose errand an intent is. It does so beside
// its record, on a roster of its own, and only where somebody asks what became of a step.
//
// The cell, the newest errand last:
//
//	version(1) | (id of the intent: FNV-1a, 8 bytes, big-endian | until varint | user text)...
//
// Rejected: to try the users of the account until one's dedupe key makes the id. An account may have a hundred thousand.
const errandsVersion = 1

// maxErrands bounds the errands that an account remembers; the oldest are forgotten first.
const maxErrands = 1024

// errandsRoster is no role: none has a NUL in its name.
const errandsRoster = "\x00errands"

var errandsKey = topology.Key("errands")

// errand is an intent on behalf of a user.
type errand struct {
	intent uint64
	until  int64 // ms: nothing asks for it afterwards
	user   string
}

func errandsOf(account string) topology.Ref {
	return topology.Ref{Account: account, Kind: topology.SubjectRoster, ID: errandsRoster}
}

func hashIntent(id string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(id))
	return hash.Sum64()
}

// asksReceipts says that it matters what receipts say: an expression asks, or a stop cancels what is not done.
func (ru *rule) asksReceipts() bool {
	return ru.readsMarks || len(ru.Stops) > 0 || ru.Again.Kind == playbook.AgainPer
}

// noteErrand remembers whose errand an intent is, if its receipt will not say.
func (ta *Task) noteErrand(pa *party, ru *rule, ep *episode, ss *stepState, ad addressee, intent string) {
	if pa.ref.Kind != topology.SubjectUser || ad.Type == "user" && ad.Name == pa.ref.ID || !ru.asksReceipts() {
		return
	}
	sub := ta.store.Open(errandsOf(pa.ref.Account))
	cell, _ := sub.Bytes(errandsKey)
	er := errand{hashIntent(intent), max(ss.ExpiresAt, ep.StartAt+ru.Ends) + ru.Lateness, pa.ref.ID}
	sub.SetBytes(errandsKey, appendErrands(nil, remembered(decodeErrands(cell), er, ss.Slot)))
}

// remembered is a list with one errand more, as far as it still matters at an instant.
func remembered(list []errand, er errand, now int64) []errand {
	list = append(slices.DeleteFunc(list, func(old errand) bool { return old.until < now }), er)
	return list[max(0, len(list)-maxErrands):]
}

// errandUser is the user on whose behalf the intent of a receipt went out; "" if nobody noted one.
func (ta *Task) errandUser(ev *schemas.Event) string {
	intent, ok := ev.OwnField("intent_id")
	if !ok {
		return ""
	}
	cell, _ := ta.store.Open(errandsOf(ev.Account)).Bytes(errandsKey)
	id := hashIntent(intent.Text)
	for _, er := range decodeErrands(cell) {
		if er.intent == id {
			return er.user
		}
	}
	return ""
}

// errandDone has a receipt mark the step of the user on whose behalf its intent went out, and judges what waits for that.
// The receipt is an event of its recipient alone: only the marks are the user's. Requires: what the receipt is to its
// own user is done.
func (ta *Task) errandDone(ev *schemas.Event, account *party) error {
	if ev.Kind != schemas.KindReceipt || markOf(ev.Type) == 0 {
		return nil
	}
	name, _ := ev.OwnField("playbook")
	ru := ta.ruleNamed(name.Text)
	if ru == nil || !ru.asksReceipts() {
		return nil
	}
	user := ta.errandUser(ev)
	if user == "" || user == ev.User {
		return nil
	}
	pa := ta.openUser(topology.Ref{Account: ev.Account, Kind: topology.SubjectUser, ID: strings.Clone(user)}, account.sub)
	return ta.markErrand(ev, pa, ru)
}

func (ta *Task) markErrand(ev *schemas.Event, pa *party, ru *rule) error {
	li, err := pa.life(ru)
	if err != nil {
		return err
	}
	oc := occasion{event: ev, at: ev.At, now: ta.judgedInstant(ev, pa), decidedAt: ev.At}
	clear(ta.touched)
	ta.touched[ru.Index], ta.trueBefore = true, ta.trueBefore[:0]
	ta.lookAtEpisodes(ev, pa, oc.now)
	if !ta.receipt(ru, &li, oc) {
		return nil
	}
	ta.setLife(pa, ru, &li, oc.now)
	if err := ta.judgeOpen(pa, ru, ruling{due: oc.at, now: oc.now, at: oc.decidedAt, looked: true}); err != nil {
		return err
	}
	if err := ta.ripple(pa, occasion{at: oc.at, now: oc.now, decidedAt: oc.decidedAt}); err != nil {
		return err
	}
	ta.idle()
	if err := ta.rearm(pa); err != nil {
		return err
	}
	return ta.workOff(pa)
}

func appendErrands(dst []byte, list []errand) []byte {
	dst = append(dst, errandsVersion)
	for _, er := range list {
		dst = binary.BigEndian.AppendUint64(dst, er.intent)
		dst = appendText(binary.AppendVarint(dst, er.until), er.user)
	}
	return dst
}

// decodeErrands reads the cell; one that is broken remembers nothing.
func decodeErrands(cell []byte) (list []errand) {
	if len(cell) == 0 || cell[0] != errandsVersion {
		return nil
	}
	re := reader{rest: cell[1:]}
	for len(re.rest) >= 8 && re.err == nil {
		er := errand{intent: binary.BigEndian.Uint64(re.rest)}
		re.rest = re.rest[8:]
		er.until, er.user = re.varint(), re.text()
		list = append(list, er)
	}
	if re.end() != nil {
		return nil
	}
	return list
}
