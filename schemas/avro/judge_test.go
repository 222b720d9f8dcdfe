package avro

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"testing"

	"holdfast/schemas"
)

// decodeGeneric decodes an Avro record as Decode does, but with goavro in place of the plan: the judge of it.
func (de *decoder) decodeGeneric(rec *Record, ev *schemas.Event) error {
	bu := new(builder)
	bu.reset(rec, ev)
	if _, err := bu.attrs.read(rec.Headers); err != nil {
		return err
	}
	wr, datum, err := de.writers.unframe(rec.Value)
	if err != nil {
		return err
	}
	return cmp.Or(genericFields(wr, datum, bu), bu.finish())
}

// verdict is what became of a datum: the code of its fault, "" if it was accepted.
func verdict(err error) string {
	var dead *DecodeError
	if errors.As(err, &dead) {
		return dead.Code
	}
	return ""
}

// judge decodes a datum by the plan and with goavro and wants the same of both: accepted or refused in the same place
// with the same words, and the same event. It returns the code. The one thing that they may differ in is a number
// that is longer than its type, which goavro makes another number of.
func judge(t testing.TB, wr *writer, rec *Record, datum []byte) (code string) {
	t.Helper()
	pl := wr.plan(rec.Kind)
	if pl == nil {
		t.Fatalf("no plan for %s", wr.root.canonical())
	}
	var cu cursor
	var planned, generic builder
	planned.reset(rec, new(schemas.Event))
	generic.reset(rec, new(schemas.Event))
	cu.reset(datum)
	accepted, err := pl.read(&cu, &planned)
	judgeQuick(t, wr, rec, datum, &planned, accepted)
	want := genericFields(wr, datum, &generic)
	switch {
	case cu.fault == faultOverlong:
		return verdict(err)
	case err == nil && !accepted && want != nil:
		return verdict(want) // Decode asks goavro what is wrong
	case verdict(err) != verdict(want) || accepted != (want == nil):
		t.Fatalf("the plan says accepted %t, error %v, and goavro %v\nschema %s\ndatum %x", accepted, err, want, wr.root.canonical(), datum)
	case want != nil:
		return verdict(want)
	}
	one, two := planned.finish(), generic.finish()
	if !reflect.DeepEqual(one, two) {
		t.Fatalf("finished the plan says %v, goavro %v\nschema %s\ndatum %x", one, two, wr.root.canonical(), datum)
	}
	if one == nil && !reflect.DeepEqual(emptied(*planned.ev), emptied(*generic.ev)) {
		t.Fatalf("the plan reads %+v\ngoavro %+v\nschema %s\ndatum %x", planned.ev, generic.ev, wr.root.canonical(), datum)
	}
	return verdict(one)
}

// judgeQuick has the datum read on the quick way until it knows what names it can, and wants what the plan has read of it. That it gives up is no fault; that it does not do so for nothing is TestTheQuickWayIsTaken.
func judgeQuick(t testing.TB, wr *writer, rec *Record, datum []byte, planned *builder, accepted bool) {
	t.Helper()
	pl := wr.plan(rec.Kind)
	for known := -1; known < pl.knownNames(); {
		known = pl.knownNames()
		var quick builder
		quick.reset(rec, new(schemas.Event))
		var cu cursor
		if !pl.readQuick(slices.Concat([]byte("\x00frame"), datum), len("\x00frame"), &cu, &quick) {
			continue
		}
		if !accepted {
			t.Fatalf("the quick way accepts what the plan does not\nschema %s\ndatum %x", wr.root.canonical(), datum)
		}
		want, got := *planned, quick // a builder that is finished is not the same any more
		want.ev, got.ev = clone(planned.ev), clone(quick.ev)
		one, two := want.finish(), got.finish()
		if !reflect.DeepEqual(one, two) || one == nil && !reflect.DeepEqual(emptied(*want.ev), emptied(*got.ev)) {
			t.Fatalf("the plan reads %+v, %v\nthe quick way %+v, %v\nschema %s\ndatum %x", want.ev, one, got.ev, two, wr.root.canonical(), datum)
		}
	}
}

func clone(ev *schemas.Event) *schemas.Event {
	copied := *ev
	copied.Own, copied.Props = slices.Clone(ev.Own), slices.Clone(ev.Props)
	pr := &copied.Profile
	pr.Consents, pr.Channels, pr.Roles = slices.Clone(pr.Consents), slices.Clone(pr.Channels), slices.Clone(pr.Roles)
	return &copied
}

// knownNames is how many names of properties were learned.
func (pl *plan) knownNames() (known int) {
	for _, qu := range pl.quick {
		if qu.names != nil {
			known += len(qu.names.sorted)
		}
	}
	return known
}
