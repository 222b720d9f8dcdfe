package playbook

// Explain is a stand-in until explain is written below.
func (bu *Bundle) Explain(file string) string { return bu.Describe() }
