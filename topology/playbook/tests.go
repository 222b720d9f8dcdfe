package playbook

// Test is the place of a `test:` document. Loading leaves its content alone: whoever runs it reads the file
// (timeline.ParseScenarios).
type Test struct {
	File  string
	Line  int
	Title string
}
