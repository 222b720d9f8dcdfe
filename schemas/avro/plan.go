package avro

import (
	"slices"
	"strings"

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
	owns   int         // how many of them are of own fields
	quick  []quickStep // the same, for what almost every record is like
}

// step is what becomes of one field of the writer. It is a field of the envelope, an own field, a structure, or else
// foreign.
type step struct {
	name      string
	shape     *shape
	place     envelopeField
	wants     schemas.ValueKind // of the envelope's or own field
	own       bool
	rank      int  // of an own field, by name: they need not be sorted once they are read
	nothing   bool // null says nothing
	structure structure
}

// foreign says whether the records have no field of that name: it is a property if it is a scalar, else passed over.
func (st *step) foreign() bool { return st.place == fieldNone && !st.own }

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
		if strings.Contains(fi.name, ".") {
			return nil, false // no legal name: goavro takes it to be the last part
		}
		pl.steps = append(pl.steps, newStep(fi, co.shapes[fi.typ], kind))
	}
	pl.rank()
	pl.quicken()
	return pl, true
}

// rank gives the own fields their places in the order of their names.
func (pl *plan) rank() {
	var names []string
	for _, st := range pl.steps {
		if st.own {
			names = append(names, st.name)
		}
	}
	slices.Sort(names)
	pl.owns = len(names)
	for i := range pl.steps {
		pl.steps[i].rank, _ = slices.BinarySearch(names, pl.steps[i].name)
	}
}

// newStep asks a builder of that kind for the place of a field.
func newStep(fi field, sh *shape, kind schemas.Kind) step {
	bu := builder{rec: &Record{Kind: kind}}
	st := step{name: fi.name, shape: sh, structure: bu.structure(fi.name), place: bu.envelope(fi.name)}
	st.wants = st.place.wants()
	for _, own := range schemas.OwnFields(kind) {
		if own.Name == fi.name {
			st.own, st.wants = true, own.Kind
		}
	}
	// The null of a property is its value, and the hard of a receipt is false if it is absent but unknown if it is null.
	st.nothing = st.place != fieldNone || st.structure != structureNone || st.own && kind != schemas.KindReceipt
	return st
}

// read hands the fields of a datum to the builder. It returns an error if the bytes are no datum of the schema, and
// false if they are one but goavro has to say what is wrong with it.
func (pl *plan) read(cu *cursor, bu *builder) (accepted bool, err error) {
	accepted = true
	bu.openOwn(pl.owns)
	for i := range pl.steps {
		st := &pl.steps[i]
		sh := st.shape
		if sh.code == codeUnion {
			sh = cu.branch(sh)
		}
		if sh.code == codeNull && st.nothing {
			continue
		}
		if accepted {
			accepted = st.read(sh, cu, bu)
		} else {
			cu.skip(sh) // whether the rest can be read is all that matters now
		}
		if cu.fault != faultNone {
			return false, undecodable(CodeMalformedAvro, "the datum does not fit its writer schema %s, or was cut off: field %s, at byte %d of %d: %s",
				pl.record, st.name, cu.at, cu.size, cu.fault)
		}
	}
	if rest := len(cu.bytes) - cu.at; rest > 0 {
		return false, trailing(rest, pl.record)
	}
	bu.closeOwn()
	return accepted, nil
}
