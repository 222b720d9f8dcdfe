package topics

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"holdfast/tools/cli"
	"holdfast/tools/kafka"
)

// maxPartitions is above what one cluster of ours would ever want; it catches a slipped digit.
const maxPartitions = 10_000

// NewCommand makes `holdfast topics`.
func NewCommand() *cobra.Command {
	group := cli.Group(&cobra.Command{
		Use:     "topics",
		Short:   "create the topics that Holdfast reads and writes",
		Example: "  holdfast topics create --brokers 127.0.0.1:9092",
	})
	group.AddCommand(newCreateCommand())
	return group
}

func newCreateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "create --brokers B [--partitions 4]",
		Short: "create every topic that is missing, with the right policies",
		Long: "Creates every topic that is missing: replicated three times where there are three brokers, with the\n" +
			"retention and compaction that the processor relies on. It may be repeated: what is there stays as it is.",
		Example: "  holdfast topics create --brokers 127.0.0.1:9092\n" +
			"  holdfast topics create --brokers kafka-1:9092,kafka-2:9092 --partitions 16 --name intents=acme.intents",
		Args: cli.Args(),
	}
	brokers, names := kafka.BrokersFlag(cmd), cli.NamesFlag(cmd)
	partitions := cmd.Flags().Int32("partitions", DefaultPartitions, "partitions of each topic; it cannot be changed later without moving accounts")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *partitions < 1 || *partitions > maxPartitions {
			return cli.Usagef("--partitions %d is not between 1 and %d", *partitions, maxPartitions)
		}
		plan := Plan{Partitions: *partitions}
		var err error
		if plan.Names, err = names(); err != nil {
			return err
		}
		return runCreate(cmd, brokers, plan)
	}
	return cmd
}

func runCreate(cmd *cobra.Command, brokers *kafka.Brokers, plan Plan) error {
	client, err := brokers.Dial(cmd.Context())
	if err != nil {
		return err
	}
	defer client.Close()
	outcomes, err := Create(cmd.Context(), client, plan)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, outcome := range outcomes {
		word := "existing"
		if outcome.Created {
			word = "created"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", word, outcome.Topic.Name, cli.Count(int64(outcome.Partitions), "partition"), outcome.Topic.Doc)
	}
	_ = table.Flush()
	_, err = fmt.Fprintln(cmd.OutOrStdout(), Summary(outcomes))
	return err
}
