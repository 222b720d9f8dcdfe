package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockDir makes dir and holds its lock until unlock is called. The kernel releases a flock when its process dies, so
// a killed broker never leaves a stale lock behind. Rejected: a pid file, which does.
func lockDir(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the broker's directory: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the broker's directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := readHolder(file)
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("the directory %s is in use by another broker%s: stop that one, or choose another --dir", dir, holder)
		}
		return nil, fmt.Errorf("lock the broker's directory %s: %w", dir, err)
	}
	if err := writeHolder(file); err != nil {
		return nil, errors.Join(fmt.Errorf("write the lock of the broker's directory: %w", err), file.Close())
	}
	return file.Close, nil
}

// readHolder says which process holds the lock, " (process 4711)", or "" if the file does not tell.
func readHolder(file *os.File) string {
	text := make([]byte, 32)
	n, _ := file.ReadAt(text, 0)
	if pid := strings.TrimSpace(string(text[:n])); pid != "" {
		return fmt.Sprintf(" (process %s)", pid)
	}
	return ""
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}
