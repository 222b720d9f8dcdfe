package avro

import (
	"unicode/utf8"

	"holdfast/schemas"
)

// plan is how a datum of one writer schema becomes an event of one kind: a step per field of the writer, in its order.
// It allocates nothing, and strings of the event alias the datum.
//
// A plan says nothing of its own about what a record means. The builder does (build.go, finish.go), as for JSON; and
// when a datum can be read but a field of it is refused, goavro reads it once more and projectRecord finds the words
// (datum.go). So the plan needs no second set of messages, and the first of several faults stays the one of the
// sorted order. That bytes and values are judged alike is what the fuzz tests are for (plan_fuzz_test.go).
//
// Rejected: twmb/avro into a narrow struct. It resolves aliases and defaults by the reader's schema; our records are
// projected by name and take any further scalar as a property, which no struct has a field for.
type plan struct {
	record string // full name of the writer schema, for the words
	steps  []step
}

// step is what becomes of one field of the writer.
type step struct {
	name      string
	shape     *shape
	place     envelopeField    // not 0: a field of the envelope
	own       schemas.OwnField // with a name: an own field
	structure structure        // not none: roles, properties and so on
	keepNull  bool             // null is to be told from absent
}

// foreign says whether the records have no field of that name: it is a property if it is a scalar, else passed over.
func (st *step) foreign() bool { return st.place == 0 && st.own.Name == "" }

// newPlan compiles the writer schema for a kind of events. False is for schemas that goavro has to read.
func newPlan(root *node, kind schemas.Kind) (*plan, bool) {
	if root.typ != "record" {
		return nil, false
	}
	co := compiler{shapes: map[*node]*shape{}}
	if _, ok := co.shapeOf(root, ""); !ok {
		return nil, false
	}
	pl := &plan{record: root.name}
	for _, fi := range root.fields {
		pl.steps = append(pl.steps, newStep(fi, co.shapes[fi.typ], kind))
	}
	return pl, true
}

// newStep asks a builder of that kind for the place of a field.
func newStep(fi field, sh *shape, kind schemas.Kind) step {
	bu := builder{rec: &Record{Kind: kind}}
	st := step{name: fi.name, shape: sh, structure: bu.structure(fi.name), place: bu.envelope(fi.name)}
	for _, own := range schemas.OwnFields(kind) {
		if own.Name == fi.name {
			st.own = own
		}
	}
	st.keepNull = kind == schemas.KindReceipt // whose hard is false if it is absent, and unknown if it is null
	return st
}

// read hands the fields of a datum to the builder. It returns an error if the bytes are no datum of the schema, and
// false if they are one but goavro has to say what is wrong with it.
func (pl *plan) read(cu *cursor, bu *builder) (accepted bool, err error) {
	accepted = true
	for i := range pl.steps {
		st := &pl.steps[i]
		if !st.read(cu, bu) {
			accepted = false
		}
		if cu.fault != faultNone {
			return false, undecodable(CodeMalformedAvro, "the datum does not fit its writer schema %s, or was cut off: field %s, at byte %d of %d: %s",
				pl.record, st.name, cu.at, cu.size, cu.fault)
		}
	}
	if rest := len(cu.bytes) - cu.at; rest > 0 {
		return false, trailing(rest, pl.record)
	}
	return accepted, nil
}

// read reads one field; false if it is not acceptable.
func (st *step) read(cu *cursor, bu *builder) bool {
	sh := cu.branch(st.shape)
	if st.structure != structureNone {
		return st.readStructure(cu, sh, bu)
	}
	if !sh.scalar() {
		cu.skip(sh)
		return st.foreign()
	}
	var va schemas.Value
	cu.scalar(sh, &va)
	if va.Kind == schemas.String && !utf8.ValidString(va.Text) {
		return false
	}
	switch {
	case st.place != 0:
		return va.Kind == schemas.Null || bu.setEnvelope(st.place, st.name, va) == nil
	case st.own.Name != "":
		return va.Kind == schemas.Null && !st.keepNull || bu.own(st.own, va) == nil
	}
	return bu.addProperty(st.name, va) == nil
}

// readStructure reads roles, properties, traits, consents or channels.
func (st *step) readStructure(cu *cursor, sh *shape, bu *builder) bool {
	switch {
	case sh.code == codeNull:
		return true
	case sh.code == codeArray && st.structure == structureRoles:
		return st.readList(cu, sh.inner[0], bu)
	case sh.code == codeMap && st.structure != structureRoles:
		return st.readMap(cu, sh.inner[0], bu)
	}
	cu.skip(sh)
	return false
}

// readList reads roles.
func (st *step) readList(cu *cursor, items *shape, bu *builder) bool {
	accepted := bu.enter(st.structure, st.name) == nil
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			accepted = st.readElement("", cu, items, bu) && accepted
		}
	}
	return accepted
}

// readMap reads a map. Its keys must differ among each other, as goavro wants it: that is a fault of the datum, while
// a property that also stands beside the map is one of the event.
func (st *step) readMap(cu *cursor, values *shape, bu *builder) bool {
	accepted := bu.enter(st.structure, st.name) == nil
	list := bu.list(st.structure)
	from := len(*list)
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			accepted = st.readElement(cu.text(), cu, values, bu) && accepted
		}
	}
	if _, twice := sortFields((*list)[from:]); twice {
		cu.fail(faultKeyTwice)
	}
	return accepted
}

func (st *step) readElement(name string, cu *cursor, sh *shape, bu *builder) bool {
	if sh = cu.branch(sh); !sh.scalar() {
		cu.skip(sh)
		return false
	}
	var va schemas.Value
	cu.scalar(sh, &va)
	return bu.element(st.structure, name, va) == nil
}
