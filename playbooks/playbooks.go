// Package playbooks is the bundle that the product brings along: what `holdfast demo` plays and what a new user copies
// and changes.
package playbooks

import "embed"

// Files are the YAML files of the bundle.
//
//go:embed *.yaml
var Files embed.FS
