package avro

import (
	"strconv"
	"strings"
)

// canonical returns the Parsing Canonical Form of the Avro specification: full names, no attribute that does not
// change the bytes, no white space. Its CRC-64-AVRO is the fingerprint of single-object encoding.
//
// Rejected: goavro's CanonicalSchema of the original text. It keeps logical types, so its fingerprints differ from
// those of the Java library.
func (no *node) canonical() string {
	var sb strings.Builder
	no.appendCanonical(&sb, map[string]bool{})
	return sb.String()
}

func (no *node) appendCanonical(sb *strings.Builder, defined map[string]bool) {
	switch {
	case no.typ == "union":
		sb.WriteByte('[')
		for i, branch := range no.branches {
			comma(sb, i)
			branch.appendCanonical(sb, defined)
		}
		sb.WriteByte(']')
	case no.typ == "array":
		sb.WriteString(`{"type":"array","items":`)
		no.items.appendCanonical(sb, defined)
		sb.WriteByte('}')
	case no.typ == "map":
		sb.WriteString(`{"type":"map","values":`)
		no.items.appendCanonical(sb, defined)
		sb.WriteByte('}')
	case no.name == "":
		quote(sb, no.typ)
	case defined[no.name]:
		quote(sb, no.name)
	default:
		defined[no.name] = true
		no.appendDefinition(sb, defined)
	}
}

func (no *node) appendDefinition(sb *strings.Builder, defined map[string]bool) {
	sb.WriteString(`{"name":`)
	quote(sb, no.name)
	sb.WriteString(`,"type":`)
	quote(sb, no.typ)
	switch no.typ {
	case "enum":
		sb.WriteString(`,"symbols":[`)
		for i, symbol := range no.symbols {
			comma(sb, i)
			quote(sb, symbol)
		}
		sb.WriteByte(']')
	case "fixed":
		sb.WriteString(`,"size":` + strconv.Itoa(no.size))
	default:
		sb.WriteString(`,"fields":[`)
		for i, fi := range no.fields {
			comma(sb, i)
			sb.WriteString(`{"name":`)
			quote(sb, fi.name)
			sb.WriteString(`,"type":`)
			fi.typ.appendCanonical(sb, defined)
			sb.WriteByte('}')
		}
		sb.WriteByte(']')
	}
	sb.WriteByte('}')
}

func comma(sb *strings.Builder, i int) {
	if i > 0 {
		sb.WriteByte(',')
	}
}

// quote writes a name. Names that need escaping are not legal in Avro; strconv keeps them harmless until goavro
// refuses them.
func quote(sb *strings.Builder, name string) { sb.WriteString(strconv.Quote(name)) }
