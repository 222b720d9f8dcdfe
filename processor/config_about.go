package processor

import (
	"strings"

	"github.com/goccy/go-yaml"
)

// aboutKeys says in a line what each key of the configuration is for: `--print` writes it above the key, `--help` behind the
// flag of the same name.
var aboutKeys = map[string]string{
	"brokers":               "seed brokers, host:port[,host:port]",
	"registry":              "URL of the schema registry; none: outputs in single-object encoding",
	"playbooks":             "folder of the bundle",
	"state":                 "folder of the local state; of one process at a time",
	"app":                   "prefix of the transactional ids; processes of one group share it",
	"group":                 "consumer group; default: the app",
	"instance":              "stable name of this process in the group; default: a random one kept in --state",
	"lanes":                 "lanes; 0 = one per core",
	"clock":                 "live: follow the wall clock when caught up; event: only event time",
	"until":                 "with --clock event: where the clock ends (RFC 3339)",
	"exit_when_done":        "with --clock event: end when all inputs are read and everything due has fired",
	"max_batch":             "most records in one transaction",
	"commit_interval":       "how long a batch is collected",
	"checkpoint_interval":   "how far Pebble may lag behind the changelog: what a restart replays",
	"cache_bytes":           "bytes of the cache of accounts and users, of the whole process",
	"session_timeout":       "how long the group waits for a killed process",
	"transaction_timeout":   "how long brokers keep a killed process's transaction open",
	"end_proof_interval":    "how often the ends of the inputs are asked for: the step of an idle live clock",
	"grace":                 "how far a live clock stays behind an input that is read to its end",
	"stop_grace":            "how long a stop waits for brokers that do not answer",
	"restore_deadline":      "how long a restore may make no progress",
	"timers_per_batch":      "most timers that fire in one transaction",
	"compression":           "of what is produced: lz4, snappy (less CPU), zstd (fewer bytes) or none",
	"duplicates":            "drop, or keep where no publisher ever repeats an id: that costs less",
	"no_breaker":            "find absences also while a whole input is silent",
	"silence_factor":        "how many times its usual gap an input is silent before absences on it freeze",
	"silence_minimum":       "the shortest silence that freezes anything",
	"release_over":          "how long it takes to let go what was frozen, once the input speaks again",
	"heartbeats":            "input topic: another topic that shows that its source lives",
	"accept_lower_revision": "run a bundle of a lower revision than the state's",
	"accept_rewind":         "drop local state that is ahead of the brokers",
	"admin":                 "address of the admin HTTP server; empty: none",
	"log_level":             "debug, info, warn or error",
	"topics":                "names of the topics, where they are called otherwise",
}

// aboutFlag is what the key of a flag is for.
func aboutFlag(name string) string { return aboutKeys[strings.ReplaceAll(name, "-", "_")] }

// comments puts what the keys are for above them.
func comments() yaml.CommentMap {
	above := yaml.CommentMap{}
	for key, about := range aboutKeys {
		above["$."+key] = []*yaml.Comment{yaml.HeadComment(" " + about)}
	}
	return above
}
