package bundles

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"holdfast/tools/cli"
	"holdfast/topology/playbook"
)

// LoadWithTests is Load for those who play or check the `test:` documents too: what is wrong with them is listed alike.
func LoadWithTests(stderr io.Writer, dir string) (*playbook.Bundle, error) {
	bundle, err := Load(stderr, dir)
	if err != nil {
		return nil, err
	}
	var problems playbook.Errors
	if errors.As(bundle.CheckTests(), &problems) {
		return nil, list(stderr, dir, problems)
	}
	return bundle, nil
}

// list prints problems with their places as the caller names them, and counts them.
func list(stderr io.Writer, dir string, problems playbook.Errors) error {
	for _, problem := range problems {
		placed := *problem
		placed.File = filepath.Join(dir, problem.File)
		_, _ = fmt.Fprintln(stderr, placed.Error())
	}
	return fmt.Errorf("%s in %s", cli.Count(int64(len(problems)), "error"), dir)
}
