package bundles

import (
	"fmt"
	"io"
	"path/filepath"

	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

// Runnable refuses a bundle with parts that a later release runs; they are listed on stderr, one FILE:LINE:COLUMN each.
func Runnable(stderr io.Writer, dir string, bundle *playbook.Bundle) error {
	if len(bundle.Later) == 0 {
		return nil
	}
	for _, part := range bundle.Later {
		part.File = filepath.Join(dir, part.File)
		_, _ = fmt.Fprintln(stderr, part)
	}
	return fmt.Errorf("%s cannot run yet: %s of it must be taken out", bundle.Name, cli.Count(int64(len(bundle.Later)), "part"))
}
