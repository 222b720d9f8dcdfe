package tools

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/schemas"
	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

func newSchemasCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schemas [RECORD...]",
		Short: "print the Avro schemas of the records, or the JSON Schema of playbooks",
		Long: "Prints the Avro schemas, all of them as one JSON list, or those that are named one after another. Without a\n" +
			"registry the outputs are in single-object encoding, and these are their schemas. With --playbooks it prints the\n" +
			"JSON Schema of playbook files, for editors.",
		Example: "  holdfast schemas\n" +
			"  holdfast schemas MessageIntent > MessageIntent.avsc\n" +
			"  holdfast schemas --playbooks > playbook.schema.json",
		Args: cli.Args("RECORD..."),
	}
	playbooks := cmd.Flags().Bool("playbooks", false, "the JSON Schema of playbook files")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case !*playbooks:
			return printSchemas(cmd, args)
		case len(args) > 0:
			return cli.Usagef("--playbooks prints one schema: leave %s out", args[0])
		}
		_, err := cmd.OutOrStdout().Write(playbook.Schema())
		return err
	}
	return cmd
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
