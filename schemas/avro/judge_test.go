package avro

import (
	"cmp"
	"errors"
	"reflect"
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
