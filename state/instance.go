package state

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// instanceID reads the id of the directory, or makes one.
func instanceID(op Options, dir string) (string, error) {
	path := op.FS.PathJoin(dir, instanceFile)
	if f, err := op.FS.Open(path); err == nil {
		id, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return "", fmt.Errorf("read instance id: %w", err)
		}
		if id = bytes.TrimSpace(id); len(id) == 2*instanceBytes {
			return string(id), nil
		}
		return "", fmt.Errorf("read instance id: %s has %q, not %d hexadecimal digits; remove the directory to start anew from the changelog", path, id, 2*instanceBytes)
	}
	if op.readOnly {
		return "", fmt.Errorf("%s is missing: this is not a state directory", instanceFile)
	}
	raw := make([]byte, instanceBytes)
	if _, err := io.ReadFull(op.Random, raw); err != nil {
		return "", fmt.Errorf("make instance id: %w", err)
	}
	id := hex.EncodeToString(raw)
	if err := writeDurably(op.FS, dir, instanceFile, []byte(id+"\n")); err != nil {
		return "", fmt.Errorf("write instance id: %w", err)
	}
	return id, nil
}

// writeDurably makes a file with these contents appear at once or not at all.
func writeDurably(fs vfs.FS, dir, name string, contents []byte) error {
	tmp := fs.PathJoin(dir, name+".tmp")
	f, err := fs.Create(tmp, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	_, err = f.Write(contents)
	// Crash: the file has no name yet, or the name of a temporary one: the next open makes another id.
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := fs.Rename(tmp, fs.PathJoin(dir, name)); err != nil {
		return err
	}
	return syncDir(fs, dir)
}

func syncDir(fs vfs.FS, dir string) error {
	d, err := fs.OpenDir(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
