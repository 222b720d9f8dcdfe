package avro

import "holdfast/schemas"

// structure is a list or map that the records have: properties or traits, roles, consents, channels.
type structure uint8

const (
	structureNone structure = iota
	structureProps
	structureRoles
	structureConsents
	structureChannels
)

// structure says what a top-level list or map of this name is in this kind of record.
func (bu *builder) structure(name string) structure {
	profile := bu.rec.Kind == schemas.KindProfile
	switch {
	case name == "properties" && !profile, name == "traits" && profile:
		return structureProps
	case name == "roles" && profile:
		return structureRoles
	case name == "consents" && profile:
		return structureConsents
	case name == "channels" && profile:
		return structureChannels
	}
	return structureNone
}

// enter begins a structure, which may be given once. A record that gives roles speaks of them, even if there are none.
func (bu *builder) enter(st structure, name string) error {
	if bu.again(fieldStructures + envelopeField(st)) {
		return duplicate(name)
	}
	if st == structureRoles {
		bu.ev.Profile.HasRoles = true
	}
	return nil
}

func (bu *builder) element(st structure, name string, va schemas.Value) error {
	switch st {
	case structureRoles:
		return bu.role(va)
	case structureConsents:
		return bu.consent(name, va)
	case structureChannels:
		return bu.channel(name, va)
	}
	return bu.property(name, va)
}

// list is where the elements of a structure go. Requires: st is not roles, which are no fields.
func (bu *builder) list(st structure) *[]schemas.Field {
	switch st {
	case structureConsents:
		return &bu.ev.Profile.Consents
	case structureChannels:
		return &bu.ev.Profile.Channels
	}
	return &bu.ev.Props
}

// role takes an element of a profile's roles.
func (bu *builder) role(va schemas.Value) error {
	if va.Kind != schemas.String {
		return wrongType("roles", va, "a list of strings")
	}
	if err := validText("", "roles", va); err != nil {
		return err
	}
	bu.ev.Profile.Roles = append(bu.ev.Profile.Roles, va.Text)
	return nil
}

// consent takes an element of a profile's consents. Its word is checked: a misspelt denial must not count as nothing.
func (bu *builder) consent(name string, va schemas.Value) error {
	if err := validText("consents.", name, va); err != nil {
		return err
	}
	switch {
	case va.Kind != schemas.String:
		return wrongType("consents."+name, va, "granted, denied or unknown")
	case va.Text != "granted" && va.Text != "denied" && va.Text != "unknown":
		return unacceptable(CodeWrongValue, "field consents.%s is %q: want granted, denied or unknown", name, va.Text)
	}
	bu.ev.Profile.Consents = append(bu.ev.Profile.Consents, schemas.Field{Name: name, Value: va})
	return nil
}

// channel takes an element of a profile's channels.
func (bu *builder) channel(name string, va schemas.Value) error {
	if err := validText("channels.", name, va); err != nil {
		return err
	}
	if va.Kind != schemas.String {
		return wrongType("channels."+name, va, "ok, bounced, complained or missing")
	}
	bu.ev.Profile.Channels = append(bu.ev.Profile.Channels, schemas.Field{Name: name, Value: va})
	return nil
}
