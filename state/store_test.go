package state

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestStateDirectoryBelongsToOneProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	st, err := Open(dir, Options{})
	must(t, err)
	_, err = Open(dir, Options{})
	wantError(t, err, "state directory "+dir+" is in use by another process")
	_, err = DigestDirs(dir)
	wantError(t, err, "is in use by another process")
	must(t, st.Close())
	st, err = Open(dir, Options{})
	must(t, err)
	must(t, st.Close())
	info, err := os.Stat(dir)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the mode of the directory is %v", info.Mode())
	}
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(file, Options{})
	wantError(t, err, "make state directory "+file)

	fs := vfs.NewMem()
	must(t, fs.MkdirAll("state", 0o700))
	must(t, writeDurably(fs, "state", instanceFile, []byte("nonsense")))
	_, err = Open("state", Options{FS: fs})
	wantError(t, err, `INSTANCE has "nonsense", not 16 hexadecimal digits`)

	_, err = Open("other", Options{FS: fs, Random: bytes.NewReader(nil)})
	wantError(t, err, "make instance id")

	_, err = digestDirs(fs, []string{"nowhere"})
	wantError(t, err, "digest nowhere")
}

func TestInstanceIDStays(t *testing.T) {
	fs := vfs.NewMem()
	open := func(random io.Reader) string {
		st, err := Open("state", Options{FS: fs, Random: random})
		must(t, err)
		defer st.Close()
		return st.InstanceID()
	}
	first := open(strings.NewReader("12345678"))
	if first != "3132333435363738" {
		t.Errorf("instance id %q", first)
	}
	if again := open(strings.NewReader("abcdefgh")); again != first {
		t.Errorf("instance id %q after %q", again, first)
	}
}

// commit makes one transaction that writes an integer into the users.
func commit(t testing.TB, pa Memory, seq int64, users ...int) []ChangelogRecord {
	t.Helper()
	for _, n := range users {
		su, err := pa.Open(user(n))
		must(t, err)
		su.SetInt(1, seq)
	}
	records, err := pa.Stage(TaskRecord{Sequence: seq})
	must(t, err)
	must(t, pa.Apply(seq*100))
	return records
}

func TestPartitionsWithData(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	ca := NewCache(1)
	for _, id := range []uint32{0, 5, 1<<32 - 1} {
		pa, err := st.OpenPartition(id, ca)
		must(t, err)
		commit(t, pa, 1, 1, 2)
		must(t, pa.Checkpoint())
	}
	got, err := st.Partitions()
	must(t, err)
	if !slices.Equal(got, []uint32{0, 5, 1<<32 - 1}) {
		t.Errorf("partitions %v", got)
	}
	_, err = st.OpenPartition(5, ca)
	wantError(t, err, "open partition 5: it is open already")
}

func TestDropLeavesTheNeighbours(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	var open []*Partition
	for _, id := range []uint32{4, 5, 6, 1<<32 - 1} {
		pa := openPartition(t, st, id, 1)
		commit(t, pa, 1, 1, 2)
		must(t, pa.Checkpoint())
		open = append(open, pa)
	}
	must(t, open[1].Drop())
	must(t, open[3].Drop())
	got, err := st.Partitions()
	must(t, err)
	if !slices.Equal(got, []uint32{4, 6}) {
		t.Errorf("partitions %v", got)
	}
	if _, ok := open[1].Committed(); ok {
		t.Error("the dropped partition has a task record")
	}
	commit(t, open[1], 1, 3)
	must(t, open[1].Checkpoint())
}

// TestDigest: the subjects count, not the wakes, not the order of transactions, not the store.
func TestDigest(t *testing.T) {
	fs := vfs.NewMem()
	run := func(dir string, f func(*Partition)) {
		st, err := Open(dir, Options{FS: fs})
		must(t, err)
		pa := openPartition(t, st, 2, 1)
		f(pa)
		must(t, pa.Checkpoint())
		must(t, st.Close())
	}
	run("a", func(pa *Partition) { commit(t, pa, 1, 1, 2, 3) })
	run("b", func(pa *Partition) {
		commit(t, pa, 1, 3, 2)
		su, err := pa.Open(user(9))
		must(t, err)
		su.SetWake(5) // nothing but a wake
		su, err = pa.Open(user(1))
		must(t, err)
		su.SetInt(1, 1)
		su.SetWake(77)
		commit(t, pa, 2)
	})
	run("c", func(pa *Partition) { commit(t, pa, 1, 1, 2, 4) })
	digest := func(dirs ...string) PartitionDigest {
		all, err := digestDirs(fs, dirs)
		must(t, err)
		if len(all) != 1 {
			t.Fatalf("%d partitions", len(all))
		}
		return all[0]
	}
	a, b, c := digest("a"), digest("b"), digest("c")
	if a.SHA256 != b.SHA256 || a.Subjects != 3 || b.Subjects != 3 {
		t.Errorf("%v and %v differ", a, b)
	}
	if a.SHA256 == c.SHA256 {
		t.Errorf("%v and %v do not differ", a, c)
	}
	if best := digest("a", "b", "c"); best.Dir != "b" || best.Sequence != 2 {
		t.Errorf("%v of %s is taken, not the one with the highest sequence", best, best.Dir)
	}
	if !strings.HasPrefix(a.String(), "partition 2 sequence 1 subjects 3 sha256 ") {
		t.Errorf("printed as %q", a)
	}
}

func TestDigestPrefersWholeStates(t *testing.T) {
	whole, torn := PartitionDigest{Sequence: 1}, PartitionDigest{Sequence: 9, Restoring: true}
	if torn.newer(whole) || !whole.newer(torn) {
		t.Error("an interrupted restore is preferred")
	}
}

func TestPartitionRefuses(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	_, err := pa.Open(SubjectKey{Account: strings.Repeat("a", MaxKeyBytes), Kind: 'a'})
	wantError(t, err, "the limit is 4096")
	wantError(t, pa.Apply(1), "nothing is staged")

	commit(t, pa, 1, 1)
	_, err = pa.Open(user(1))
	must(t, err)
	_, err = pa.Swap()
	wantError(t, err, "a checkpoint or a transaction is under way")
	_, _, err = pa.BeginRestore()
	wantError(t, err, "a checkpoint or a transaction is under way")
	wantError(t, pa.Drop(), "a checkpoint or a transaction is under way")
	_, err = pa.Stage(TaskRecord{Sequence: 2})
	must(t, err)
	_, err = pa.Stage(TaskRecord{Sequence: 3})
	wantError(t, err, "transaction 2 is neither applied nor discarded")
	pa.Discard()

	ck, err := pa.Swap()
	must(t, err)
	wantError(t, pa.Finish(ck), "it is not the one that was written")
	must(t, ck.Write())
	must(t, pa.Finish(ck))
	ck, err = pa.Swap()
	if must(t, err); ck != nil {
		t.Error("there is a checkpoint of nothing")
	}
}

func TestRestoreRefuses(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	subject := append([]byte{spaceSubjects}, user(1).Append(nil)...)
	record := goldenRecord().Append(nil)
	_, err := pa.Restore(subject, record, 0)
	wantError(t, err, "no restore was begun")
	wantError(t, pa.EndRestore(), "none was begun")
	_, _, err = pa.BeginRestore()
	must(t, err)
	cases := []struct{ key, value, want string }{
		{"", "", "the record has no key"},
		{"z", "", `unknown kind of key "z"`},
		{"sacme", "", "the account has no end"},
		{"s" + strings.Repeat("a", MaxKeyBytes+1), "", "the key has 4097 bytes, the limit is 4096"},
		{string(subject), "\x09", "version 9"},
		{"ktask/2", "", "is of another partition"},
		{"ktask/1", "\x09", "decode task record"},
	}
	for _, tc := range cases {
		_, err := pa.Restore([]byte(tc.key), []byte(tc.value), 17)
		wantError(t, err, tc.want)
		wantError(t, err, "restore partition 1 from changelog offset 17")
	}
	_, err = pa.Restore(subject, record, 18)
	must(t, err)
	wantError(t, pa.EndRestore(), "in the middle of a transaction")
	_, err = pa.Stage(TaskRecord{Sequence: 1})
	wantError(t, err, "its restore has not ended")
	_, err = pa.Swap()
	wantError(t, err, "its restore has not ended")
	if _, ok := pa.Committed(); ok {
		t.Error("a task record is shown during a restore")
	}
	task := TaskRecord{Sequence: 8}
	got, err := pa.Restore([]byte("ktask/1"), task.Append(nil), 19)
	must(t, err)
	if got.Sequence != 8 || got.ChangelogNext != 20 {
		t.Errorf("task record %+v", got)
	}
	must(t, pa.EndRestore())
	if task, ok := pa.Committed(); !ok || task.ChangelogNext != 20 {
		t.Errorf("committed %+v %v", task, ok)
	}
}

// TestRestoreOfNothing: a new task has an empty changelog.
func TestRestoreOfNothing(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	next, task, err := pa.BeginRestore()
	must(t, err)
	if next != 0 || task != nil {
		t.Errorf("begins at %d with %v", next, task)
	}
	must(t, pa.EndRestore())
	commit(t, pa, 1, 1)
	if pa.Stats().Reads != 0 || pa.cache.Stats().Absences != 1 {
		t.Errorf("an empty store is read: %+v %+v", pa.Stats(), pa.cache.Stats())
	}
}

// TestCorruptRecord: what cannot be decoded is an error that names the subject, not a panic and not an empty subject.
func TestCorruptRecord(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	commit(t, pa, 1, 1)
	must(t, pa.Checkpoint())
	key := user(1).Append(appendSpace(nil, 1, spaceSubjects))
	must(t, st.db.Set(key, []byte{9}, pebble.Sync))
	pa.cache.forget(1)
	for range 2 {
		_, err := pa.Open(user(1))
		wantError(t, err, `open subject "acct-000"/u/"user-1"`)
		if !errors.Is(err, ErrRecord) {
			t.Errorf("error %v is not ErrRecord", err)
		}
	}
	_, err := st.Digest()
	wantError(t, err, "digest partition 1 of state")
}

// TestUnchangedSubjectsAreNotLogged: a subject that ends as it was costs no changelog record, the task record is always there.
func TestUnchangedSubjectsAreNotLogged(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	commit(t, pa, 1, 1, 2)
	for _, n := range []int{1, 2, 3} {
		su, err := pa.Open(user(n))
		must(t, err)
		su.SetInt(1, 2)
		if n != 2 {
			su.SetInt(1, 1)
		}
		if n == 3 {
			su.Delete(1)
		}
	}
	records, err := pa.Stage(TaskRecord{Sequence: 2})
	must(t, err)
	if len(records) != 2 || string(records[0].Key[1:]) != string(user(2).Append(nil)) || string(records[1].Key) != "ktask/1" {
		t.Errorf("changelog records %q", records)
	}
	if got := pa.Stats().Unchanged; got != 2 {
		t.Errorf("%d subjects are counted as unchanged, want 2", got)
	}
}

// TestScan pages through the subjects of the last checkpoint.
func TestScan(t *testing.T) {
	st := openStore(t, vfs.NewMem())
	pa := openPartition(t, st, 1, 1)
	commit(t, pa, 1, 1, 2, 3, 4, 5)
	must(t, pa.Checkpoint())
	commit(t, pa, 2, 6)
	var got []SubjectKey
	after := SubjectKey{}
	for {
		page := 0
		must(t, pa.Scan(after, func(sk SubjectKey) bool {
			got, after = append(got, sk), sk
			page++
			return page < 2
		}))
		if page == 0 {
			break
		}
	}
	if !slices.Equal(got, []SubjectKey{user(1), user(2), user(3), user(4), user(5)}) {
		t.Errorf("scanned %v", got)
	}
}

func TestLimits(t *testing.T) {
	li := DefaultLimits(300)
	for _, tc := range []struct {
		pe   Pending
		want bool
	}{{Pending{499_999, 99}, false}, {Pending{500_000, 0}, true}, {Pending{1, 100}, true}} {
		if li.Reached(tc.pe) != tc.want {
			t.Errorf("%+v reaches %+v: %v", tc.pe, li, !tc.want)
		}
	}
}
