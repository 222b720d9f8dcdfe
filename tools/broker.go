package tools

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"holdfast/broker"
	"holdfast/tools/cli"
)

func newBrokerCommand() *cobra.Command {
	var cfg broker.Config
	cmd := &cobra.Command{
		Use:   "broker --dir DIR [--kafka 127.0.0.1:9092] [--registry 127.0.0.1:8081]",
		Short: "run the embedded Kafka broker and Schema Registry",
		Long: "Runs one Kafka broker and a Schema Registry on loopback, for any Kafka client, until Ctrl-C. Everything is\n" +
			"kept in the directory and survives kill -9. It is made for one machine; production wants an Apache Kafka.",
		Example: "  holdfast broker --dir ./data\n" +
			"  holdfast broker --dir ./data --kafka 127.0.0.1:19092 --registry 127.0.0.1:18081",
		Args: cli.Args(),
	}
	cmd.Flags().StringVar(&cfg.Dir, "dir", "", "`directory` of the data; made if it is not there")
	cmd.Flags().StringVar(&cfg.KafkaAddr, "kafka", broker.DefaultKafkaAddr, "`HOST:PORT` for Kafka clients; port 0 = any free one")
	cmd.Flags().StringVar(&cfg.RegistryAddr, "registry", broker.DefaultRegistryAddr, "`HOST:PORT` of the Schema Registry; port 0 = any free one")
	cmd.Flags().BoolVar(&cfg.AllowRemote, "allow-remote", false, "permit addresses beyond loopback, though nobody is asked for a password")
	cmd.Flags().BoolVar(&cfg.Unsynced, "unsynced", false, "leave flushing to the operating system: faster, but a power cut may lose the last records")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if cfg.Dir == "" {
			return cli.Usagef("--dir is missing, for example: holdfast broker --dir ./data")
		}
		cfg.Warn = func(text string) { _, _ = fmt.Fprintln(cmd.ErrOrStderr(), "broker:", text) }
		return runBroker(cmd.Context(), cfg, cmd.OutOrStdout())
	}
	return cmd
}

// runBroker serves until ctx ends. The first lines tell scripts the addresses, of which a port may have been free.
func runBroker(ctx context.Context, cfg broker.Config, out io.Writer) error {
	bro, err := broker.Start(ctx, cfg)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "kafka    %s\nregistry %s\ndata     %s\nready; stop with Ctrl-C\n", bro.KafkaAddr(), bro.RegistryURL(), cfg.Dir); err != nil {
		return errors.Join(fmt.Errorf("print the addresses: %w", err), bro.Close())
	}
	<-ctx.Done()
	if err := bro.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "stopped; everything is in", cfg.Dir)
	return err
}
