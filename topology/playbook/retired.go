package playbook

import (
	"cmp"
	"fmt"
	"slices"
)

// Retired is a playbook as an older bundle has it: `pin: true` keeps it for the episodes that began with it.
type Retired struct {
	Name   string
	Bundle string // hash of the older bundle
	Files  []File // its text
}

// retiredDigits is how much of its version tells the cells of a retired playbook from those of the newest.
const retiredDigits = 16

// Cell is the name of the playbook in the keys of a subject's cells. Those of a retired one lie apart.
func (pb *Playbook) Cell() string {
	if !pb.Retired {
		return pb.Name
	}
	return RetiredCell(pb.Name, pb.Version)
}

// RetiredCell is the name in the keys of cells of a playbook as of an older version.
func RetiredCell(name, version string) string {
	return name + "@" + version[:min(retiredDigits, len(version))]
}

// With is the bundle with playbooks of older ones beside its own, for the episodes that began with them. Their texts are
// read with the words of this bundle: events, facts and metrics mean what they mean now. The hash stays.
func (bu *Bundle) With(retired []Retired) (*Bundle, error) {
	if len(retired) == 0 {
		return bu, nil
	}
	ld := newLoader(bu.Files)
	ld.retired = retired
	with, err := ld.load()
	if err != nil {
		return nil, fmt.Errorf("pinned episodes go on as they began, and what they run does not fit the words of the bundle: %w", err)
	}
	return with, nil
}

// retire reads the retired playbooks.
func (ld *loader) retire() {
	for _, re := range ld.retired {
		ld.file = "bundle.yaml"
		body, file := re.find()
		if body == nil {
			ld.failAt(1, 1, "the bundle %.12s has no playbook %s", re.Bundle, re.Name)
			continue
		}
		ld.file = fmt.Sprintf("%s of bundle %.12s", file, re.Bundle)
		ld.reading = reading{}
		ld.playbook = &Playbook{Name: re.Name, Version: version(body), Retired: true}
		ld.document(body)
		ld.playbook.Start.Existing = ExistingIgnore // nobody enters it any more
		ld.bundle.Playbooks = append(ld.bundle.Playbooks, ld.playbook)
	}
}

// find is the document of the playbook in the older bundle.
func (re *Retired) find() (body *node, file string) {
	for _, fi := range re.Files {
		documents, _ := parseDocuments(fi.Name, fi.Text)
		for _, body := range documents {
			if len(body.entries) > 0 && body.entries[0].key == "playbook" && body.entries[0].value.text == re.Name {
				return body, fi.Name
			}
		}
	}
	return nil, ""
}

// sortPlaybooks puts them by name, the newest of a name before those that are retired.
func sortPlaybooks(list []*Playbook) {
	slices.SortStableFunc(list, func(a, b *Playbook) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Cell(), b.Cell())) })
}
