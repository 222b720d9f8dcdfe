package tail

import (
	"strings"

	"github.com/spf13/cobra"

	"holdfast/schemas/avro"
	"holdfast/tools/cli"
	"holdfast/tools/kafka"
)

// NewCommand makes `holdfast tail`.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tail --brokers B " + strings.Join(words(), "|"),
		Short: "read along what the processor writes",
		Long: "Prints one line per record: when, which playbook and step (or which record), whom, what and why. It reads what\n" +
			"is committed, from the beginning on, and goes on until Ctrl-C unless --until-end is given.",
		Example: "  holdfast tail --brokers 127.0.0.1:9092 intents\n" +
			"  holdfast tail --brokers 127.0.0.1:9092 decisions --until-end --json | jq .outcome\n" +
			"  holdfast tail --brokers 127.0.0.1:9092 --registry http://127.0.0.1:8081 dead-letters --new",
		Args: cli.Args(strings.Join(words(), "|")),
	}
	brokers, names := kafka.BrokersFlag(cmd), cli.NamesFlag(cmd)
	registry := cmd.Flags().String("registry", "", "`URL` of the Schema Registry, where the processor uses one")
	onlyNew := cmd.Flags().Bool("new", false, "begin with what is written from now on")
	fo := follower{}
	cmd.Flags().BoolVar(&fo.untilEnd, "until-end", false, "stop at what is the end now")
	cmd.Flags().BoolVar(&fo.json, "json", false, "one JSON object a line")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		topicNames, err := names()
		if err != nil {
			return err
		}
		if fo.stream, err = find(args[0]); err != nil {
			return err
		}
		if *onlyNew && fo.untilEnd {
			return cli.Usagef("--new and --until-end together read nothing: leave one out")
		}
		fo.topic = fo.stream.topic(topicNames)
		fo.out, fo.errs = cmd.OutOrStdout(), cmd.ErrOrStderr()
		if fo.reader, err = newReader(*registry); err != nil {
			return err
		}
		if fo.client, err = brokers.Dial(cmd.Context(), clientOptions(fo.topic, *onlyNew)...); err != nil {
			return err
		}
		defer fo.client.Close()
		return fo.run(cmd.Context())
	}
	return cmd
}

func newReader(registry string) (*avro.Reader, error) {
	if registry == "" {
		return avro.NewReader(avro.DecoderOptions{})
	}
	client, err := avro.NewRegistry(avro.RegistryOptions{URL: registry})
	if err != nil {
		return nil, err
	}
	return avro.NewReader(avro.DecoderOptions{Registry: client})
}

func words() []string {
	var all []string
	for _, st := range streams() {
		all = append(all, st.word)
	}
	return all
}

func find(word string) (stream, error) {
	for _, st := range streams() {
		if st.word == word {
			return st, nil
		}
	}
	return stream{}, cli.Usagef("%q cannot be read along: want %s", word, strings.Join(words(), ", "))
}
