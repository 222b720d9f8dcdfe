package timeline

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"holdfast/schemas"
)

// The purchases of a music shop, 1997 to 1998 (Fader and Hardie), and the answers that were computed independently
// (EXPECTED.md, column sample).
var (
	cdnowSilences = map[int]int{7: 5928, 14: 5373, 30: 4494, 60: 3597, 90: 3143, 180: 2331} // days -> intents
	cdnowDays     = map[int]int{2: 1139, 3: 736, 5: 378, 10: 101, 20: 24}                   // Nth purchase day -> customers
)

var cdnowUntil = time.Date(1998, 6, 30, 0, 0, 0, 0, time.UTC).UnixMilli()

func TestPurchasesOfAMusicShop(t *testing.T) {
	file, whole := cdnowFile()
	purchases := readPurchases(t, file)
	wo, err := NewWorld(load(t, cdnowBundle()))
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]Line, len(purchases))
	for i, pu := range purchases {
		lines[i] = Line{Arrives: pu.at, Event: schemas.Event{Kind: schemas.KindUserAction, Topic: "t", Source: "t", Type: "purchased",
			ID: fmt.Sprint(pu.line), Account: pu.customer, OccurredAt: pu.at, At: pu.at, Count: 1, Offset: int64(i)}}
	}
	if err := wo.Play(lines, cdnowUntil); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, in := range wo.Intents {
		got[in.Playbook]++
	}
	for days := range cdnowSilences {
		name := fmt.Sprintf("quiet_%d", days)
		want := len(quietIDs(purchases, days))
		if got[name] != want {
			t.Errorf("%s: got %d intents, a slow count says %d", name, got[name], want)
		}
		if whole && got[name] != cdnowSilences[days] {
			t.Errorf("%s: got %d intents, EXPECTED.md says %d", name, got[name], cdnowSilences[days])
		}
	}
	for nth := range cdnowDays {
		name := fmt.Sprintf("day_%d", nth)
		if want := reachedDay(purchases, nth); got[name] != want || whole && want != cdnowDays[nth] {
			t.Errorf("%s: got %d intents, a slow count says %d, EXPECTED.md %d", name, got[name], want, cdnowDays[nth])
		}
	}
	sameIDs(t, wo, purchases)
}

// sameIDs compares the intents of one threshold by their keys.
func sameIDs(t *testing.T, wo *World, purchases []purchase) {
	want := quietIDs(purchases, 30)
	for _, in := range wo.Intents {
		if in.Playbook != "quiet_30" {
			continue
		}
		if !want[in.DedupeKey] {
			t.Errorf("nobody expects %s", in.DedupeKey)
		}
		delete(want, in.DedupeKey)
	}
	if len(want) > 0 {
		t.Errorf("%d are missing", len(want))
	}
}

// cdnowFile is the sample, or an extract of 60 customers when the data are not there.
func cdnowFile() (path string, whole bool) {
	dir := os.Getenv("HOLDFAST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	path = filepath.Join(dir, "cdnow", "CDNOW_sample.txt")
	if _, err := os.Stat(path); err == nil {
		return path, true
	}
	return filepath.Join("testdata", "cdnow_extract.txt"), false
}

type purchase struct {
	line     int
	customer string
	at       int64
}

func readPurchases(t *testing.T, path string) (purchases []purchase) {
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for scan, line := bufio.NewScanner(file), 1; scan.Scan(); line++ {
		fields := strings.Fields(scan.Text())
		at, err := time.Parse("20060102", fields[2])
		if err != nil {
			t.Fatal(err)
		}
		purchases = append(purchases, purchase{line, fields[0], at.UnixMilli()})
	}
	sort.SliceStable(purchases, func(i, j int) bool { return purchases[i].at < purchases[j].at })
	return purchases
}

// quietIDs is the slow answer: each purchase that no other follows within the days, up to the end.
func quietIDs(purchases []purchase, days int) map[string]bool {
	const day = 24 * 60 * 60 * 1000
	ids := map[string]bool{}
	for customer, at := range byCustomer(purchases) {
		for i := range at {
			due := at[i] + int64(days)*day
			if due <= cdnowUntil && (i+1 == len(at) || at[i+1] > due) {
				ids[fmt.Sprintf("quiet_%d/%s/t.%d/ask/task/team:crm", days, customer, due)] = true
			}
		}
	}
	return ids
}

func reachedDay(purchases []purchase, nth int) (customers int) {
	for _, at := range byCustomer(purchases) {
		days := map[int64]bool{}
		for _, ms := range at {
			days[ms] = true
		}
		if len(days) >= nth {
			customers++
		}
	}
	return customers
}

func byCustomer(purchases []purchase) map[string][]int64 {
	all := map[string][]int64{}
	for _, pu := range purchases {
		all[pu.customer] = append(all[pu.customer], pu.at)
	}
	return all
}

func cdnowBundle() string {
	var sb strings.Builder
	sb.WriteString("bundle: cdnow\nrevision: 1\ntime: {lateness: 10m, history: complete}\nevents: {purchased: user_action.purchased}\n")
	for _, days := range sortedInts(cdnowSilences) {
		fmt.Fprintf(&sb, "---\nplaybook: quiet_%d\nfor: each account\nclass: internal\nto: team(\"crm\")\nstart: {when: idle(purchased) >= %dd}\nagain: after purchased\nsteps: [{id: ask, task: ask}]\n", days, days)
	}
	for _, nth := range sortedInts(cdnowDays) {
		fmt.Fprintf(&sb, "---\nplaybook: day_%d\nfor: each account\nclass: internal\nto: team(\"crm\")\nstart: {when: distinct(purchased.day) >= %d}\nagain: never\nsteps: [{id: ask, task: ask}]\n", nth, nth)
	}
	return sb.String()
}

func sortedInts(m map[int]int) (keys []int) {
	for key := range m {
		keys = append(keys, key)
	}
	sort.Ints(keys)
	return keys
}
