package operator

import (
	"encoding/binary"
	"sort"
	"strings"

	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/window"
)

// Cells of membership: whether a user belongs to the account and since when that is known, and how many do.
var (
	memberAtKey = topology.Key("member.at")
	rosterKey   = topology.Key("users")
)

// membership is what an event says about the user's belonging to the account.
type membership uint8

const (
	unsaid membership = iota
	joined
	left
)

func membershipOf(ev *schemas.Event) membership {
	switch {
	case ev.User == "":
		return unsaid
	case ev.Kind == schemas.KindProfile && ev.Profile.Deleted:
		return left
	case ev.Kind == schemas.KindProfile, ev.Kind == schemas.KindUserAction && ev.Type == "user_added":
		return joined
	case ev.Kind == schemas.KindUserAction && ev.Type == "user_removed":
		return left
	}
	return unsaid
}

// foldMember keeps the live set of members: the newest word about a user holds.
func (ta *Task) foldMember(ev *schemas.Event, account, user *party) {
	said := membershipOf(ev)
	if seen, ok := user.sub.Int(memberAtKey); said == unsaid || ok && ev.At < seen {
		return
	}
	user.sub.SetInt(memberAtKey, ev.At)
	was, _ := user.sub.Int(memberKey)
	is := int64(0)
	if said == joined {
		is = 1
	}
	if is == was {
		return
	}
	user.sub.SetInt(memberKey, is)
	n, _ := account.sub.Int(lang.MembersKey(""))
	account.sub.SetInt(lang.MembersKey(""), n+is-was)
	ta.memberEvent(ev, user, said)
}

// memberEvent makes the engine event of a profile that appears or is deleted; a user action is its own.
func (ta *Task) memberEvent(ev *schemas.Event, user *party, said membership) {
	switch {
	case ev.Kind != schemas.KindProfile:
	case said == joined:
		ta.emit(user, lang.UserAdded, user.ref.ID)
	default:
		ta.emit(user, lang.UserRemoved, user.ref.ID)
	}
}

// foldRosters keeps the users by role and their number, for the roles that the bundle names.
func (ta *Task) foldRosters(user *party) {
	if len(ta.bundle.Roles) == 0 {
		return
	}
	member, _ := user.sub.Int(memberKey)
	var roles []string
	if def := ta.facts.userRoles; def != nil && member == 1 {
		roles = window.Load(user.sub, def.ValueKey, def.Type).List
	}
	for _, role := range ta.bundle.Roles {
		ref := topology.Ref{Account: user.ref.Account, Kind: topology.SubjectRoster, ID: role}
		if change := setRoster(ta.store.Open(ref), user.ref.ID, has(roles, role)); change != 0 {
			n, _ := user.account.Int(lang.MembersKey(role))
			user.account.SetInt(lang.MembersKey(role), n+change)
		}
	}
}

func has(texts []string, text string) bool {
	for _, other := range texts {
		if other == text {
			return true
		}
	}
	return false
}

// setRoster puts a user on a roster or takes them off it, and says by how much the roster grew.
func setRoster(sub topology.Subject, user string, on bool) (change int64) {
	cell, _ := sub.Bytes(rosterKey)
	ids := decodeRoster(cell)
	i := sort.SearchStrings(ids, user)
	there := i < len(ids) && ids[i] == user
	switch {
	case there == on:
		return 0
	case on:
		change = 1
		ids = append(ids, "")
		copy(ids[i+1:], ids[i:])
		ids[i] = strings.Clone(user)
	default:
		change = -1
		ids = append(ids[:i], ids[i+1:]...)
	}
	if len(ids) == 0 {
		sub.Delete(rosterKey)
		return change
	}
	sub.SetBytes(rosterKey, appendRoster(nil, ids))
	return change
}

// A roster is a count and the sorted user ids, each with its length.
func appendRoster(dst []byte, ids []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(ids)))
	for _, id := range ids {
		dst = appendText(dst, id)
	}
	return dst
}

func decodeRoster(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	re := reader{rest: b}
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)) {
		return nil
	}
	re.rest = b[size:]
	ids := make([]string, 0, n)
	for range n {
		ids = append(ids, re.text())
	}
	if re.end() != nil {
		return nil
	}
	return ids
}
