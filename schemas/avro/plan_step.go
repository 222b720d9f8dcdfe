package avro

import "holdfast/schemas"

// The steps of a plan. Before: plan.go, which found the branch of a union that was written. After: the builder has the
// field, and finish.go what is missing.

// read reads one field, whose type is now known; false if it is not acceptable.
func (st *step) read(sh *shape, cu *cursor, bu *builder) bool {
	switch {
	case st.structure != structureNone:
		return st.readStructure(sh, cu, bu)
	case !sh.scalar():
		cu.skip(sh)
		return st.foreign()
	case st.own:
		return st.readOwn(sh, cu, bu)
	case st.place == fieldNone:
		return readProperty(st.name, sh, cu, bu)
	}
	return st.readEnvelope(sh, cu, bu)
}

func (st *step) readEnvelope(sh *shape, cu *cursor, bu *builder) bool {
	if sh.code == codeString && st.wants == schemas.String {
		text := cu.text()
		bu.placeText(st.place, text)
		return validUTF8(text)
	}
	var va schemas.Value
	cu.scalar(sh, &va)
	if va.Kind == schemas.String && !validUTF8(va.Text) {
		return false
	}
	if va.Kind != st.wants {
		return bu.setEnvelope(st.place, st.name, va) == nil
	}
	bu.place(st.place, &va)
	return true
}

func (st *step) readOwn(sh *shape, cu *cursor, bu *builder) bool {
	fi := &bu.ev.Own[st.rank]
	fi.Name, fi.Value = st.name, schemas.Value{}
	va := &fi.Value
	cu.scalar(sh, va)
	switch {
	case va.Kind == schemas.Null:
		bu.nulls = true
		return true
	case va.Kind == schemas.String && !validUTF8(va.Text):
		return false
	case va.Kind == st.wants && va.Kind != schemas.Double:
		return true
	}
	var err error
	*va, err = convert(st.name, *va, st.wants)
	return err == nil
}

// readProperty reads a property. Most values are one as they are.
func readProperty(name string, sh *shape, cu *cursor, bu *builder) bool {
	va := appendField(&bu.ev.Props, name)
	cu.scalar(sh, va)
	switch va.Kind {
	case schemas.String:
		return validUTF8(va.Text)
	case schemas.Null, schemas.Bool, schemas.Long:
		return true
	}
	property, err := bu.propertyOf(name, *va)
	*va = property
	return err == nil
}

// appendField lengthens a list by a field of that name, and returns the place of its value.
func appendField(list *[]schemas.Field, name string) *schemas.Value {
	*list = append(*list, schemas.Field{Name: name})
	return &(*list)[len(*list)-1].Value
}

// readStructure reads roles, properties, traits, consents or channels.
func (st *step) readStructure(sh *shape, cu *cursor, bu *builder) bool {
	switch {
	case sh.code == codeArray && st.structure == structureRoles:
		return st.readList(sh.inner[0], cu, bu)
	case sh.code == codeMap && st.structure != structureRoles:
		return st.readMap(sh.inner[0], cu, bu)
	}
	cu.skip(sh)
	return false
}

// readList reads roles.
func (st *step) readList(items *shape, cu *cursor, bu *builder) bool {
	accepted := bu.enter(st.structure, st.name) == nil
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			if accepted {
				accepted = st.readElement("", items, cu, bu)
			} else {
				cu.skip(items)
			}
		}
	}
	return accepted
}

// readMap reads a map. Its keys must differ among each other, as goavro wants it: that is a fault of the datum, while
// a property that also stands beside the map is one of the event.
func (st *step) readMap(values *shape, cu *cursor, bu *builder) bool {
	accepted := bu.enter(st.structure, st.name) == nil
	list := bu.list(st.structure)
	from := len(*list)
	for left := cu.block(); left > 0; left = cu.block() {
		for ; left > 0 && cu.fault == faultNone; left-- {
			if name := cu.text(); accepted {
				accepted = st.readElement(name, values, cu, bu)
			} else {
				cu.skip(values)
			}
		}
	}
	if _, twice := sortFields((*list)[from:]); twice {
		cu.fail(faultKeyTwice)
	}
	if st.structure == structureProps && from == 0 {
		bu.sorted.props = len(*list)
	}
	return accepted
}

func (st *step) readElement(name string, sh *shape, cu *cursor, bu *builder) bool {
	if sh = cu.branch(sh); !sh.scalar() {
		cu.skip(sh)
		return false
	}
	if st.structure == structureProps {
		return readProperty(name, sh, cu, bu) && validUTF8(name)
	}
	var va schemas.Value
	cu.scalar(sh, &va)
	return bu.element(st.structure, name, va) == nil
}
