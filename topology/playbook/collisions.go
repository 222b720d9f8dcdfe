package playbook

import (
	"strings"

	"holdfast/topology"
	"holdfast/topology/lang"
)

// collisions refuses two cells under one key. Names are hashed to 32 bits: two of a few hundred meet once in a million
// bundles, and then one of them has to be renamed.
func (ld *loader) collisions() {
	owner := map[uint32]string{}
	claim := func(key uint32, name string) {
		if other, taken := owner[key]; taken && other != name {
			ld.file = ld.bundle.Files[0].Name
			ld.failAt(1, 1, "%s and %s have the same cell key; rename a field or condition of one of them", other, name)
		}
		owner[key] = name
	}
	for _, name := range []string{
		lang.ObservedSince, lang.MemberCount, lang.Member, "generation", "judged", "episodes.open", "member.at", "users",
	} {
		claim(topology.Key(name), name)
	}
	for _, slot := range ld.names.Slots {
		for i, key := range slot.Keys() {
			claim(key, slot.Name+strings.Repeat("+", i))
		}
	}
	for _, fact := range ld.facts {
		name := "the fact " + fact.Name + " (" + fact.Type.String() + ")" // both scopes share keys: their cells are apart
		claim(fact.ValueKey, name)
		claim(fact.TimeKey, name+" @")
		if fact.Aged {
			claim(fact.SinceKey, name+" ^")
		}
	}
	claim(topology.Key(lang.ContractsCell), lang.ContractsCell)
	for _, name := range sortedKeys(ld.names.Sets) {
		claim(lang.SetKey(name), "the set "+name)
	}
	ld.claimDerived(claim)
	for _, pb := range ld.bundle.Playbooks {
		claim(topology.Key("episode/"+pb.Cell()), "episode/"+pb.Cell())
		claim(topology.Key("rule/"+pb.Cell()), "rule/"+pb.Cell())
		claim(lang.RunningKey(pb.Name), "running/"+pb.Name)
	}
}
