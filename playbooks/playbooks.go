// Package playbooks is the bundle that the product brings along: what a new user copies and changes, and (four files of
// it) what `holdfast demo` plays.
package playbooks

import "embed"

// Files are those that the demo plays: its own expectation is a separate calculation of just these. The other files of
// the folder (health, a journey, tests) are part of the bundle for everybody else.
//
//go:embed bundle.yaml inactivity.yaml milestones.yaml welcome.yaml
var Files embed.FS
