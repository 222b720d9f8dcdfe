package read

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseKcat(t *testing.T) {
	got, err := parseKcat("0\t12\ta1\tce_id=x,playbook=quiet,step=tell,ce_source=a,b=c\n3\t0\t\tce_id=y\n")
	want := []Record{
		{Partition: 0, Offset: 12, Key: "a1", Headers: map[string]string{"ce_id": "x", "playbook": "quiet", "step": "tell", "ce_source": "a", "b": "c"}},
		{Partition: 3, Offset: 0, Headers: map[string]string{"ce_id": "y"}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if comma := parseKcatHeaders("ce_subject=a,1,ce_id=x"); comma["ce_subject"] != "a,1" || comma["ce_id"] != "x" {
		t.Errorf("a comma inside a value: %v", comma)
	}
	for _, bad := range []string{"1\t2\t3", "x\t2\tk\th=v", "1\tx\tk\th=v"} {
		if _, err := parseKcat(bad); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestIDs(t *testing.T) {
	record := func(offset int64, id string) Record {
		return Record{Offset: offset, Headers: map[string]string{"ce_id": id, "playbook": "quiet"}}
	}
	if ids, err := IDs([]Record{record(0, "b"), record(1, "a")}); err != nil || !reflect.DeepEqual(ids, []string{"a", "b"}) {
		t.Errorf("got %v, %v", ids, err)
	}
	if _, err := IDs([]Record{record(0, "a"), record(7, "a")}); err == nil || !strings.Contains(err.Error(), "twice") || !strings.Contains(err.Error(), "offset 7") {
		t.Errorf("a double: %v", err)
	}
	if _, err := IDs([]Record{{Offset: 4}}); err == nil || !strings.Contains(err.Error(), "no ce_id") {
		t.Errorf("a record without id: %v", err)
	}
	if counts := ByPlaybook([]Record{record(0, "a"), record(1, "b")}); counts["quiet"] != 2 {
		t.Errorf("got %v", counts)
	}
}

func TestDiff(t *testing.T) {
	if text := Diff([]string{"a", "b"}, []string{"a", "b"}); text != "" {
		t.Errorf("equal sets: %q", text)
	}
	text := Diff([]string{"a", "x"}, []string{"a", "b", "c", "d", "e"})
	if !strings.Contains(text, "4 lost [b c d ...]") || !strings.Contains(text, "1 too many [x]") {
		t.Errorf("got %q", text)
	}
}
