package avro

import "holdfast/schemas"

// The quick way through a datum: what almost every record is made of, in one pass with the place in a register. It is
// tried first, and gives up at whatever it does not know or does not like; then the plan reads the datum from its start
// and finds the words for it. So the quick way has one duty: where it says true, the event is the one that the plan
// would have made (judge_test.go).

// act is what the quick way does with the value of a field.
type act uint8

const (
	actPlan   act = iota // leaves it to the step of the plan
	actText              // a text of the envelope
	actNumber            // a number, time or flag of the envelope
	actOwn               // an own field
	actProps             // the map of properties or traits
)

// quickStep is a step as the quick way wants it.
type quickStep struct {
	act         act
	code        code  // of the value
	optional    bool  // a union of null, which says nothing, and the value
	null, value uint8 // how the two are announced
	place       envelopeField
	rank        uint8 // of an own field
	step        *step
	names       *names // of properties
}

// mostRanked bounds what has a bit each: the own fields of a plan, and the known names of properties.
const mostRanked = 64

// quicken prepares the quick way. Requires: no kind has more own fields than mostRanked.
func (pl *plan) quicken() {
	pl.quick = make([]quickStep, len(pl.steps))
	for i := range pl.steps {
		pl.quick[i] = newQuickStep(&pl.steps[i])
	}
}

func newQuickStep(st *step) quickStep {
	qu := quickStep{code: st.shape.code, place: st.place, rank: uint8(st.rank), step: st}
	if sh := st.shape; sh.code == codeUnion && st.nothing && len(sh.inner) == 2 {
		for null, inner := range sh.inner {
			if inner.code == codeNull {
				qu.optional, qu.null, qu.value, qu.code = true, uint8(2*null), uint8(2-2*null), sh.inner[1-null].code
			}
		}
	}
	if qu.act = qu.choose(); qu.act == actProps {
		qu.names = new(names)
	}
	return qu
}

// choose says what to do with values of the type. One that the field does not take as it is, is left to the plan.
func (qu *quickStep) choose() act {
	st, kind := qu.step, quickKinds[qu.code]
	switch {
	case st.structure == structureProps && st.shape.code == codeMap:
		return actProps
	case st.structure != structureNone || st.foreign() || kind == schemas.Null || kind != st.wants:
		return actPlan
	case st.own:
		return actOwn
	case kind == schemas.String:
		return actText
	}
	return actNumber
}

// quickKinds are the types that are read here, as what an event has of them.
var quickKinds = [codeUnion + 1]schemas.ValueKind{
	codeString: schemas.String, codeLong: schemas.Long, codeInt: schemas.Long, codeBool: schemas.Bool,
	codeMillis: schemas.TimeMillis, codeDate: schemas.Date,
}

// readQuick reads the datum that begins at a place of the value. If it says false the builder is to be restarted.
func (pl *plan) readQuick(value []byte, at int, cu *cursor, bu *builder) bool {
	own := bu.roomForOwn(pl.owns)
	for i := range pl.quick {
		qu := &pl.quick[i]
		if qu.optional {
			if at >= len(value) {
				return false
			}
			branch := value[at]
			at++
			if branch == qu.null {
				continue
			}
			if branch != qu.value {
				return false
			}
		}
		switch qu.act {
		case actText:
			var from int
			if from, at = textAt(value, at); at < 0 {
				return false
			}
			bu.placeText(qu.place, alias(value[from:at]))
		case actNumber:
			var num int64
			num, at = numberOf(qu.code, value, at)
			bu.placeNumber(qu.place, num)
		case actOwn:
			bu.given |= 1 << qu.rank
			own[qu.rank].Name = qu.step.name
			at = valueOf(qu.code, value, at, &own[qu.rank].Value)
		case actProps:
			if next := qu.readProps(value, at, bu); next >= 0 {
				at = next
				continue
			}
			fallthrough
		default:
			at = qu.readAsPlanned(value, at, cu, bu)
		}
		if at < 0 {
			return false
		}
	}
	bu.keepGiven()
	return at == len(value)
}

// readAsPlanned has a value read by the step of the plan, and returns the place behind it, or less than 0.
func (qu *quickStep) readAsPlanned(value []byte, at int, cu *cursor, bu *builder) int {
	cu.reset(value)
	cu.at = at
	st := qu.step
	sh := st.shape
	switch {
	case qu.optional:
		sh = sh.inner[qu.value>>1]
	case sh.code == codeUnion:
		sh = cu.branch(sh)
	}
	if sh.code == codeNull && st.nothing && cu.fault == faultNone {
		return cu.at
	}
	if !st.read(sh, cu, bu) || cu.fault != faultNone {
		return noPlace
	}
	if st.own {
		bu.given |= 1 << qu.rank
	}
	return cu.at
}
