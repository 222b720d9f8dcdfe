package broker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// journal is a note of the commit that is under way: kfake ends a transaction by writing to several files one after
// another, and a kill in between would leave it committed in some partitions and not in others. The order is fixed:
// a marker in each partition, the group offsets in groups.log, then "endtx" in pids.log. So with the sizes of both logs
// from before, recovery can tell whether the commit was complete, and take back what is there of it if not.
//
// Nobody can have seen what is taken back: kfake handles one request at a time, so no read was answered in between.
type journal struct {
	file *os.File
	dir  string // of kfake
	sync bool
	now  func() time.Time
}

// ending is the note itself.
type ending struct {
	producer              int64
	epoch                 int16
	groupsBytes, pidBytes int64
	atMillis              int64 // by the clock that stamps the markers, read before them
}

const (
	endingBytes = 8 + 2 + 8 + 8 + 8
	noteBytes   = endingBytes + 4 // and the checksum
	// epochPerTransaction is the version of EndTxn from which every transaction has an epoch of its own (KIP-890).
	// Older clients' markers cannot be told from those of their transaction before, so their commits are not noted.
	epochPerTransaction = 5
)

// openJournal begins an empty journal. Requires: recovery has used what the last broker noted; a note that stayed would
// be read against logs that kfake has rewritten since.
func openJournal(cfg Config) (*journal, error) {
	file, err := os.OpenFile(journalPath(cfg.Dir), os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the note of commits: %w", err)
	}
	return &journal{file: file, dir: filepath.Join(cfg.Dir, "kafka"), sync: !cfg.Unsynced, now: time.Now}, nil
}

func journalPath(dir string) string { return filepath.Join(dir, "ending") }

// watch makes the cluster note each commit before it begins. A commit that cannot be noted is refused: the client's
// connection is closed and it tries again.
func (jo *journal) watch(cluster *kfake.Cluster, warn func(string)) {
	cluster.ControlKey(kmsg.EndTxn.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		end, ok := req.(*kmsg.EndTxnRequest)
		if !ok || !end.Commit || end.Version < epochPerTransaction {
			return nil, nil, false
		}
		if err := jo.note(end.ProducerID, end.ProducerEpoch); err != nil {
			warn(fmt.Sprintf("a commit was refused: %v", err))
			return nil, err, true
		}
		return nil, nil, false
	})
}

func (jo *journal) note(producer int64, epoch int16) error {
	groups, err := sizeOf(filepath.Join(jo.dir, "groups.log"))
	if err != nil {
		return err
	}
	pids, err := sizeOf(filepath.Join(jo.dir, "pids.log"))
	if err != nil {
		return err
	}
	note := binary.BigEndian.AppendUint64(nil, uint64(producer))
	note = binary.BigEndian.AppendUint16(note, uint16(epoch))
	note = binary.BigEndian.AppendUint64(note, uint64(groups))
	note = binary.BigEndian.AppendUint64(note, uint64(pids))
	note = binary.BigEndian.AppendUint64(note, uint64(jo.now().UnixMilli()))
	note = binary.BigEndian.AppendUint32(note, crc32.ChecksumIEEE(note))
	if _, err := jo.file.WriteAt(note, 0); err != nil {
		return fmt.Errorf("note the commit: %w", err)
	}
	if jo.sync {
		return jo.file.Sync()
	}
	return nil
}

// readEnding gives the last note; false if there is none or it was cut short, which is before its commit began.
func readEnding(dir string) (ending, bool, error) {
	note, err := os.ReadFile(journalPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return ending{}, false, nil
	}
	if err != nil {
		return ending{}, false, fmt.Errorf("read the note of commits: %w", err)
	}
	if len(note) != noteBytes || crc32.ChecksumIEEE(note[:endingBytes]) != binary.BigEndian.Uint32(note[endingBytes:]) {
		return ending{}, false, nil
	}
	return ending{
		producer:    int64(binary.BigEndian.Uint64(note)),
		epoch:       int16(binary.BigEndian.Uint16(note[8:])),
		groupsBytes: int64(binary.BigEndian.Uint64(note[10:])),
		pidBytes:    int64(binary.BigEndian.Uint64(note[18:])),
		atMillis:    int64(binary.BigEndian.Uint64(note[26:])),
	}, true, nil
}

// complete says whether the noted commit reached its last write. A pids.log that has become shorter was rewritten
// since, and that comes after the last write.
func (en ending) complete(kafkaDir string) (bool, error) {
	text, err := os.ReadFile(filepath.Join(kafkaDir, "pids.log"))
	if err != nil {
		return false, fmt.Errorf("read the producers' log: %w", err)
	}
	if int64(len(text)) < en.pidBytes {
		return true, nil
	}
	for _, entry := range logEntries(text[en.pidBytes:]) {
		var said struct {
			Type string `json:"type"`
			PID  int64  `json:"pid"`
		}
		if json.Unmarshal(entry, &said) == nil && said.Type == "endtx" && said.PID == en.producer {
			return true, nil
		}
	}
	return false, nil
}

// logEntries splits kfake's log: length (4, little endian), CRC-32C (4), then that many bytes of which the first two
// are a version. It stops at the first entry that is not whole.
func logEntries(text []byte) [][]byte {
	var entries [][]byte
	for len(text) >= 10 {
		size := int(binary.LittleEndian.Uint32(text))
		if size < 2 || 8+size > len(text) {
			break
		}
		content := text[8 : 8+size]
		if crc32.Checksum(content, crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(text[4:]) {
			break
		}
		entries = append(entries, content[2:])
		text = text[8+size:]
	}
	return entries
}

func sizeOf(path string) (int64, error) {
	stat, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the log: %w", err)
	}
	return stat.Size(), nil
}
