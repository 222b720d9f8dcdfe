package operator

import (
	"bytes"
	"strings"
	"testing"

	"holdfast/topology"
)

func fullMeta() meta {
	return meta{Generation: 2, FirstClock: 1000, Sweeping: true, Cursor: topology.Ref{Account: "a1", Kind: topology.SubjectUser, ID: "u1"},
		Activations: []activation{{Name: "inactivity", At: 1000}, {Name: "milestone", Generation: 2, At: 2000}}}
}

func FuzzDecodeMeta(f *testing.F) {
	whole := fullMeta()
	f.Add(whole.append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		me, err := decodeMeta(b)
		if err != nil || len(b) == 0 || b[0] != metaVersion {
			return
		}
		if again := me.append(nil); !bytes.Equal(again, b) {
			t.Fatalf("read %x, would write %x", b, again)
		}
	})
}

func TestBrokenMetaIsRefused(t *testing.T) {
	whole := fullMeta()
	good := whole.append(nil)
	for cut := 1; cut < len(good); cut++ {
		if _, err := decodeMeta(good[:cut]); err == nil {
			t.Fatalf("cut at %d of %d is accepted", cut, len(good))
		}
	}
	if _, err := decodeMeta([]byte{7}); err == nil || !strings.Contains(err.Error(), "version 7") {
		t.Errorf("unknown version: %v", err)
	}
}
