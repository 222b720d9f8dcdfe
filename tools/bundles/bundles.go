// Package bundles loads the playbooks of a folder for the commands that work on them, and says what is wrong with them.
package bundles

import (
	"errors"
	"fmt"
	"io"
	"os"

	"holdfast/topology/playbook"
)

// Load reads the bundle in a folder. What is wrong with it is listed on stderr, one FILE:LINE:COLUMN each, and counted in
// the error.
func Load(stderr io.Writer, dir string) (*playbook.Bundle, error) {
	if stat, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("read the playbooks: %w", err)
	} else if !stat.IsDir() {
		return nil, fmt.Errorf("read the playbooks: %s is not a folder; name the one that holds it", dir)
	}
	bundle, err := playbook.Load(os.DirFS(dir))
	var problems playbook.Errors
	if errors.As(err, &problems) {
		return nil, list(stderr, dir, problems)
	}
	if err != nil {
		return nil, fmt.Errorf("read the playbooks: %w", err)
	}
	return bundle, nil
}
