package tools_test

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"holdfast/tools"
	"holdfast/tools/cli"
)

// Every command explains itself with an example that begins with the program's name.
func TestEveryCommandShowsAnExample(t *testing.T) {
	var check func(cmd *cobra.Command)
	check = func(cmd *cobra.Command) {
		if cmd.Name() == "help" || cmd.Name() == "completion" {
			return
		}
		if !strings.Contains(cmd.Example, "holdfast "+strings.TrimPrefix(cmd.CommandPath(), "holdfast ")) && cmd.HasParent() {
			t.Errorf("%s has no example of itself", cmd.CommandPath())
		}
		args := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		run(t, args...).want(t, cli.ExitOK, "Examples:\n  holdfast", "")
		for _, child := range cmd.Commands() {
			check(child)
		}
	}
	check(tools.NewRoot())
}

func TestAWrongCommandLine(t *testing.T) {
	f := func(want string, args ...string) {
		t.Helper()
		run(t, args...).want(t, cli.ExitUsage, "", want)
	}
	f("holdfast: there is no command \"topcis\"; did you mean `holdfast topics`?", "topcis")
	f("holdfast: there is no command \"xyzzy\"; see `holdfast --help`", "xyzzy")
	f("there is no command \"creat\"; did you mean `holdfast topics create`?", "topics", "creat")
	f("unknown flag: --brokes; see `holdfast publish --help`", "publish", "--brokes", "a:1", "x")
	f(`invalid argument "many" for "--partitions"`, "topics", "create", "--partitions", "many")
	f("--brokers is missing, for example --brokers 127.0.0.1:9092", "topics", "create")
	f(`--brokers "localhost" is not HOST:PORT`, "topics", "create", "--brokers", "localhost")
	f(`--brokers "" is not HOST:PORT`, "topics", "create", "--brokers", "a:1,")
	f("--partitions 0 is not between 1 and 10000", "topics", "create", "--brokers", "a:1", "--partitions", "0")
	f(`one argument too many: "all"; see `, "topics", "create", "all")
	f("FILE.jsonl is missing, for example: holdfast publish --brokers 127.0.0.1:9092 events.jsonl", "publish", "--brokers", "a:1")
	f("--topic holdfast.intents is not an input of Holdfast", "publish", "--brokers", "a:1", "--topic", "holdfast.intents", "-")
	f(`--name "intents" is not KEY=TOPIC`, "publish", "--brokers", "a:1", "--name", "intents", "-")
	f("--name a=b: there is no topic \"a\", the keys are billing, bundles,", "publish", "--brokers", "a:1", "--name", "a=b", "-")
	f("--name: topic name \"a b\"", "topics", "create", "--brokers", "a:1", "--name", "intents=a b")
	f("--dir is missing", "broker")
}

func TestTheToolAloneExplainsItself(t *testing.T) {
	run(t).want(t, cli.ExitOK, "Available Commands:", "")
	run(t, "topics").want(t, cli.ExitOK, "Available Commands:", "")
}
