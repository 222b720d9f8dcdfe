package load

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"holdfast/e2e/oracle"
)

func TestParsePurchases(t *testing.T) {
	got, err := parse(strings.NewReader(" customer_id  date number_of_cds  dollar_value\n 00002 19970112  1   12.00\n 00001 19970101 2   11.77\n"))
	first := Purchase{Line: 2, Customer: "00001", At: time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC), CDs: 2, Dollars: 11.77}
	if err != nil || len(got) != 2 || got[0] != first || got[1].Line != 1 {
		t.Errorf("got %v, %v", got, err)
	}
	sample, err := parse(strings.NewReader(" 00004 0001 19970101  2   29.33\n"))
	if err != nil || sample[0].Customer != "00004" || sample[0].Dollars != 29.33 {
		t.Errorf("the sample's columns: %v, %v", sample, err)
	}
	for _, bad := range []string{"1 2", "1 1997 1 1", "1 19970101 x 1", "1 19970101 1 x"} {
		if _, err := parse(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "purchase 1") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := ReadPurchases(t.TempDir(), "none.txt"); err == nil || !strings.Contains(err.Error(), "none.txt") {
		t.Errorf("a log that is not there: %v", err)
	}
}

func TestExtractLeadsToEveryPlaybookButTheRarest(t *testing.T) {
	purchases, err := Extract()
	if err != nil {
		t.Fatal(err)
	}
	counts := oracle.ByPlaybook(PurchaseIntents(PurchaseLines(purchases)))
	for _, days := range Silences {
		if counts[SilenceName(days)] == 0 {
			t.Errorf("no intent of %s: %v", SilenceName(days), counts)
		}
	}
	if counts[DayName(2)] == 0 || counts[DayName(5)] == 0 {
		t.Errorf("no milestone: %v", counts)
	}
}

func TestBusinessIsTheSameForTheSameSeed(t *testing.T) {
	bu := Business{Seed: 1, Accounts: 40, Days: 60}
	lines := bu.Lines()
	if !reflect.DeepEqual(lines, bu.Lines()) {
		t.Error("two runs differ")
	}
	if reflect.DeepEqual(lines, Business{Seed: 2, Accounts: 40, Days: 60}.Lines()) {
		t.Error("another seed makes the same business")
	}
	counts := oracle.ByPlaybook(BusinessIntents(lines, bu.End()))
	for _, playbook := range []string{"quiet_user", "quiet_account", "heavy_use", "first_project", "payment_trouble"} {
		if counts[playbook] < 5 {
			t.Errorf("too few intents of %s to prove anything: %v", playbook, counts)
		}
	}
	for i := 1; i < len(lines); i++ {
		if lines[i].At.Before(lines[i-1].At) {
			t.Fatalf("line %d is out of order", i+1)
		}
	}
}

func TestWriteLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lines")
	want := []Line{{Topic: UserActions, ID: "1", Source: "app", Type: "signed_in", Account: "a", User: "u", At: BusinessStart}}
	if err := WriteLines(path, want); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	var got Line
	if err != nil || json.Unmarshal(text, &got) != nil || !reflect.DeepEqual(got, want[0]) {
		t.Errorf("got %s, %v", text, err)
	}
	if err := WriteLines(filepath.Join(path, "below a file"), want); err == nil {
		t.Error("a path that cannot be")
	}
	folder := filepath.Join(t.TempDir(), "bundle")
	if err := WriteBundle(folder, PurchaseBundle()); err != nil {
		t.Error(err)
	}
	if err := WriteBundle(path, ""); err == nil {
		t.Error("a folder that is a file")
	}
}
