package demo

import "fmt"

// place is where people work. The offset is that of the winter: good enough for office hours, and independent of the
// machine's zone files.
type place struct {
	zone, locale string
	offsetHours  int
}

var (
	places = []place{
		{"Europe/Berlin", "de-DE", 1}, {"Europe/London", "en-GB", 0}, {"America/New_York", "en-US", -5},
		{"America/New_York", "en-US", -5}, {"America/Los_Angeles", "en-US", -8}, {"America/Sao_Paulo", "pt-BR", -3},
		{"Asia/Kolkata", "en-IN", 5}, {"Asia/Tokyo", "ja-JP", 9}, {"Australia/Sydney", "en-AU", 10},
		{"Europe/Madrid", "es-ES", 1},
	}
	adjectives = []string{
		"amber", "blue", "brave", "bright", "calm", "clever", "copper", "coral", "crisp", "eager", "early", "gentle",
		"golden", "green", "happy", "jolly", "kind", "lively", "lucky", "mellow", "misty", "noble", "polar", "quick",
		"quiet", "rapid", "silver", "sunny", "swift", "tidy", "vivid", "wild",
	}
	nouns = []string{
		"anchor", "badger", "beacon", "birch", "bison", "breeze", "canyon", "cedar", "comet", "crane", "delta", "falcon",
		"fern", "fjord", "fox", "harbor", "heron", "island", "lantern", "lynx", "maple", "meadow", "otter", "pebble",
		"pine", "raven", "river", "sparrow", "summit", "tiger", "valley", "willow",
	}
	trades     = []string{"labs", "works", "studio", "foods", "logistics", "health", "media", "energy", "robotics", "travel"}
	firstNames = []string{
		"ada", "akira", "alma", "amir", "ana", "anton", "aya", "ben", "bruno", "carla", "chidi", "clara", "dana", "diego",
		"elif", "emil", "eva", "farah", "felix", "finn", "gita", "hana", "hugo", "ida", "ines", "ivan", "jana", "jonas",
		"juno", "kai", "kofi", "lara", "lena", "leo", "lin", "luca", "mara", "maya", "milo", "mina", "nadia", "nils",
		"noa", "nora", "omar", "oskar", "petra", "priya", "ravi", "rosa", "ruth", "sami", "sana", "sofia", "tara", "theo",
		"tomas", "uma", "vera", "viktor", "wanda", "yara", "yusuf", "zoe",
	}
)

// accountName is unique for index < 10,240 and stays the same when the number of accounts changes.
func accountName(index int) string {
	mixed := (index*7_919 + 311) % (len(adjectives) * len(nouns) * len(trades))
	adjective := adjectives[mixed%len(adjectives)]
	noun := nouns[mixed/len(adjectives)%len(nouns)]
	trade := trades[mixed/len(adjectives)/len(nouns)]
	if round := index / (len(adjectives) * len(nouns) * len(trades)); round > 0 {
		return fmt.Sprintf("%s-%s-%s-%d", adjective, noun, trade, round+1)
	}
	return fmt.Sprintf("%s-%s-%s", adjective, noun, trade)
}

// personName is unique within an account.
func personName(rg *rng, taken map[string]bool) string {
	name := pick(rg, firstNames)
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d", pick(rg, firstNames), n)
	}
	taken[name] = true
	return name
}
