package avro

import "holdfast/schemas"

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
	if err := genericFields(wr, datum, bu); err != nil {
		return err
	}
	return bu.finish()
}
