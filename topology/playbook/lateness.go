package playbook

// longestLateness is how far back (ms) the rules of the bundle are judged after newer events: windows keep what they need
// for that.
func (bu *Bundle) longestLateness() int64 {
	longest := bu.Lateness.Milliseconds()
	for _, pb := range bu.Playbooks {
		longest = max(longest, pb.Lateness)
	}
	return longest
}
