package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"holdfast/schemas"
)

// NamesFlag adds --name KEY=TOPIC, for clusters whose topics are called otherwise. The answer is to be called when the
// command runs.
func NamesFlag(cmd *cobra.Command) func() (schemas.TopicNames, error) {
	var renames []string
	cmd.Flags().StringArrayVar(&renames, "name", nil, "another name for a topic, `KEY=TOPIC`, for example intents=acme.intents; may be repeated")
	return func() (schemas.TopicNames, error) { return renamed(renames) }
}

// NoInput says of a topic, as the caller named it, that it takes no events, and which do.
func NoInput(named string, names schemas.TopicNames) error {
	var inputs []string
	for _, topic := range names.Topics() {
		if topic.Input != schemas.KindNone {
			inputs = append(inputs, topic.Name)
		}
	}
	return fmt.Errorf("%s is not an input of Holdfast: want %s (other names: --name)", named, strings.Join(inputs, ", "))
}

func renamed(renames []string) (schemas.TopicNames, error) {
	names := schemas.DefaultTopicNames()
	byKey := nameFields(&names)
	for _, rename := range renames {
		key, topic, ok := strings.Cut(rename, "=")
		if !ok {
			return names, Usagef("--name %q is not KEY=TOPIC, for example intents=acme.intents", rename)
		}
		field := byKey[key]
		if field == nil {
			return names, Usagef("--name %s: there is no topic %q, the keys are %s", rename, key, strings.Join(nameKeys(byKey), ", "))
		}
		*field = topic
	}
	if err := names.Validate(); err != nil {
		return names, Usagef("--name: %v", err)
	}
	return names, nil
}

// nameFields gives the fields by the keys that the processor's configuration file uses too.
func nameFields(tn *schemas.TopicNames) map[string]*string {
	return map[string]*string{
		"user_actions": &tn.UserActions, "billing": &tn.Billing, "support": &tn.Support, "profiles": &tn.Profiles,
		"receipts": &tn.Receipts, "events": &tn.Events, "intents": &tn.Intents, "decisions": &tn.Decisions,
		"signals": &tn.Signals, "dead_letters": &tn.DeadLetters, "changelog": &tn.Changelog, "manifest": &tn.Manifest,
		"bundles": &tn.Bundles, "control": &tn.Control, "links": &tn.Links,
	}
}

func nameKeys(byKey map[string]*string) []string {
	keys := make([]string, 0, len(byKey))
	for key := range byKey {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
