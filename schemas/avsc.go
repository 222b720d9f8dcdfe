package schemas

import (
	"embed"
	"fmt"
)

//go:embed avsc/*.avsc
var avscFiles embed.FS

// RecordNames lists the records of namespace holdfast.v1 in the order of the documentation: inputs, outputs, commands.
func RecordNames() []string {
	return []string{"UserAction", "BillingEvent", "SupportEvent", "SubjectProfile", "DeliveryReceipt",
		"MessageIntent", "Decision", "Signal", "Manifest", "DeadLetter", "Erasure", "Control"}
}

// Avsc returns the Avro schema of a record of RecordNames as it is kept in avsc/.
func Avsc(record string) (string, error) {
	text, err := avscFiles.ReadFile("avsc/" + record + ".avsc")
	if err != nil {
		return "", fmt.Errorf("read schema %q: no such record", record)
	}
	return string(text), nil
}
