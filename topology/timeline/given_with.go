package timeline

import (
	"regexp"
	"strconv"
	"strings"

	"holdfast/schemas"
	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// setFields gives an event what its `where` fixes and what `with` says, by the names that the bundle declares or by those
// of the record.
func setFields(ev *schemas.Event, def *lang.EventDef, with map[string]any) {
	for _, fixed := range fixedFields(def) {
		if _, said := with[fixed.name]; !said {
			setDeclared(ev, def, fixed.name, fixed.value, "")
		}
	}
	for _, name := range sortedKeys(with) {
		setDeclared(ev, def, name, with[name], textOf(with["currency"]))
	}
}

// setDeclared finds what a field is read from: `calls: int from count` is the record's count, an amount its minor units.
func setDeclared(ev *schemas.Event, def *lang.EventDef, name string, va any, currency string) {
	field, declared := def.Field(name)
	switch {
	case declared && field.Property != "":
		setRaw(ev, field.Property, va)
	case declared && (name == "amount" || name == "arr"):
		micros, _ := value.ParseDecimal(textOf(va))
		setRaw(ev, name+"_minor", lang.MinorUnits(micros, currency))
	default:
		setRaw(ev, name, va)
	}
}

type fixedField struct {
	name  string
	value any
}

var fixedPattern = regexp.MustCompile(`event\.(\w+) == (?:"([^"]*)"|(\d+(?:\.\d+)?|true|false))`)

// fixedFields are the fields that `where` fixes by ==.
func fixedFields(def *lang.EventDef) (fixed []fixedField) {
	if def.Where == nil {
		return nil
	}
	for _, match := range fixedPattern.FindAllStringSubmatch(def.Where.Source, -1) {
		va := any(match[2])
		switch bare := match[3]; {
		case bare == "true" || bare == "false":
			va = bare == "true"
		case strings.Contains(bare, "."):
			va, _ = strconv.ParseFloat(bare, 64)
		case bare != "":
			va = numberOf(bare)
		}
		fixed = append(fixed, fixedField{match[1], va})
	}
	return fixed
}

// setRaw sets an envelope field, an own field of the record or a property.
func setRaw(ev *schemas.Event, name string, va any) {
	switch name {
	case "id":
		ev.ID = textOf(va)
	case "source":
		ev.Source = textOf(va)
	case "user_id":
		ev.User = textOf(va)
	case "count":
		ev.Count = numberOf(va)
	case "test":
		ev.Test = va == true
	default:
		for _, own := range schemas.OwnFields(ev.Kind) {
			if own.Name == name {
				ev.Own = append(ev.Own, schemas.Field{Name: name, Value: wireOf(va, own.Kind)})
				return
			}
		}
		ev.Props = append(ev.Props, schemas.Field{Name: name, Value: wireOf(va, schemas.Null)})
	}
}

// wireOf is a YAML scalar as a record has it; Null as the kind takes the scalar's own.
func wireOf(va any, kind schemas.ValueKind) schemas.Value {
	text := textOf(va)
	switch kind {
	case schemas.TimeMillis:
		at, _ := instant(text)
		return schemas.Value{Kind: kind, Num: at}
	case schemas.Date:
		days, _ := value.ParseDate(text)
		return schemas.Value{Kind: kind, Num: days}
	case schemas.String:
		return schemas.Value{Kind: kind, Text: text}
	}
	switch va := va.(type) {
	case bool:
		return schemas.Value{Kind: schemas.Bool, Num: int64(boolNumber(va))}
	case float64:
		return schemas.Value{Kind: schemas.Double, Float: va}
	case uint64, int64, int:
		return schemas.Value{Kind: schemas.Long, Num: numberOf(va)}
	}
	return schemas.Value{Kind: schemas.String, Text: text}
}
