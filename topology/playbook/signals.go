package playbook

import (
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// signals reads a document of signals.
func (ld *loader) signals(doc document) (all []placed) {
	ke := ld.read(doc.body, "a document of signals")
	ke.take("signals")
	ld.optionalText(ke, "title")
	scope, kind := ld.scopeOf(ke), ""
	if no := ke.need("kind", "kind: risk"); no != nil {
		kind, _ = ld.oneOf(no, "kind", "risk", "opportunity")
	}
	if list := ke.need("list", "list: {nobody_home: {raise: idle(login) >= 30d}}"); list != nil {
		ld.named(list, "signals", func(en entry) {
			if fl := ld.signal(en, scope, kind); fl != nil {
				all = append(all, ld.placedAt(en.value, fl))
			}
		})
	}
	ke.done()
	return all
}

func (ld *loader) signal(en entry, scope lang.Scope, kind string) *Flag {
	ke := ld.read(en.value, "a signal")
	if ke == nil {
		return nil
	}
	fl := &Flag{Name: en.key, Hash: version(en.value), Signal: true, Scope: scope, Kind: kind}
	if raise := ke.need("raise", "raise: idle(login) >= 30d"); raise != nil {
		fl.Enter = ld.compile(raise, awaited(scope, "raise", value.Bool))
	}
	fl.Leave = ld.awaitedIf(ke, "clear", scope)
	ld.optionalDuration(ke, "settle", &fl.Settle)
	if because := ke.take("because"); because != nil {
		fl.Because = ld.composed(because, lang.Context{Scope: scope, Use: "because", NoEvent: "no event is at hand here"})
	}
	ke.done()
	if fl.Enter == nil {
		return nil
	}
	return fl
}
