package avro

import (
	"fmt"

	"holdfast/schemas"
)

// Listed is an embedded schema with the fingerprint that a reader of single-object encoding looks it up by.
type Listed struct {
	Record      string // UserAction
	Fingerprint uint64 // CRC-64-AVRO, as single-object encoding carries it
	Avsc        string
}

// Schemas lists the embedded schemas in the order of schemas.RecordNames.
func Schemas() ([]Listed, error) {
	var all []Listed
	for _, record := range schemas.RecordNames() {
		text, err := schemas.Avsc(record)
		if err != nil {
			return nil, err
		}
		wr, err := newWriter(text)
		if err != nil {
			return nil, fmt.Errorf("embedded schema %s: %w", record, err)
		}
		all = append(all, Listed{Record: record, Fingerprint: wr.fingerprint, Avsc: text})
	}
	return all, nil
}
