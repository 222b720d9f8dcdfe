package tools

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/schemas"
	"holdfast/tools/cli"
)

func newSchemasCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schemas [RECORD...]",
		Short: "print the Avro schemas of the records",
		Long: "Prints the Avro schemas, all of them as one JSON list, or those that are named one after another. Without a\n" +
			"registry the outputs are in single-object encoding, and these are their schemas.",
		Example: "  holdfast schemas\n" +
			"  holdfast schemas MessageIntent > MessageIntent.avsc",
		Args: cli.Args("RECORD..."),
		RunE: func(cmd *cobra.Command, args []string) error { return printSchemas(cmd, args) },
	}
}

func printSchemas(cmd *cobra.Command, records []string) error {
	list := len(records) == 0
	if list {
		records = schemas.RecordNames()
	}
	var texts []string
	for _, record := range records {
		text, err := schemas.Avsc(record)
		if err != nil {
			return cli.Usagef("there is no record %q: want %s", record, strings.Join(schemas.RecordNames(), ", "))
		}
		texts = append(texts, strings.TrimSpace(text))
	}
	if list {
		texts = []string{"[" + strings.Join(texts, ",\n") + "]"}
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(texts, "\n"))
	return err
}
