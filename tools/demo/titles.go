package demo

import (
	"fmt"
	"io/fs"

	"holdfast/topology/playbook"
)

// titlesOf are the playbooks' own words for themselves, by name.
func titlesOf(bundle fs.FS) (map[string]string, error) {
	loaded, err := playbook.Load(bundle)
	if err != nil {
		return nil, fmt.Errorf("load the playbooks: %w", err)
	}
	titles := map[string]string{}
	for _, pb := range loaded.Playbooks {
		titles[pb.Name] = pb.Title
	}
	return titles, nil
}
