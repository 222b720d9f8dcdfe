package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Store is the catalog with its file. It may be used by several goroutines.
type Store struct {
	mu   sync.Mutex
	path string // "" = in memory
	now  *catalog
}

// NewStore gives an empty registry in memory.
func NewStore() *Store { return &Store{now: newCatalog()} }

// Open reads the registry from a file, or begins an empty one if there is none.
func Open(path string) (*Store, error) {
	st := &Store{path: path, now: newCatalog()}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return st, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the registry: %w", err)
	}
	if err := json.Unmarshal(text, st.now); err != nil {
		return nil, fmt.Errorf("read the registry %s: not the JSON that was written: %w", path, err)
	}
	if err := st.now.check(); err != nil {
		return nil, fmt.Errorf("read the registry %s: %w", path, err)
	}
	return st, nil
}

// read gives the catalog as it is now. It is never changed, only replaced.
func (st *Store) read() *catalog {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.now
}

// change applies an edit to a copy, makes it durable and only then shows it: an id that a client has seen is on disk.
func (st *Store) change(edit func(next *catalog)) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	next := st.now.clone()
	edit(next)
	if st.path != "" {
		if err := writeFile(st.path, next); err != nil {
			return fmt.Errorf("write the registry: %w", err)
		}
	}
	st.now = next
	return nil
}

// Register adds a schema to a subject; a schema that is there already keeps its id and version.
func (st *Store) Register(subject, kind, text string) (Version, error) {
	if found, ok := st.read().find(subject, kind, text); ok {
		return found, nil
	}
	var added Version
	err := st.change(func(next *catalog) {
		// A second client may have registered it since the look above.
		found, ok := next.find(subject, kind, text)
		if !ok {
			found = next.register(subject, kind, text)
		}
		added = found
	})
	return added, err
}

// writeFile replaces the file as a whole.
// Crash: before the rename the old file stands, after it the new one; the sync of the directory makes the rename itself durable.
func writeFile(path string, content *catalog) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	temp := path + ".new"
	if err := writeSynced(temp, text); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func writeSynced(path string, text []byte) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(text); err != nil {
		return err
	}
	return file.Sync()
}

func syncDir(dir string) (err error) {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return file.Sync()
}
