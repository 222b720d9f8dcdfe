//go:build e2e

package e2e_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
)

// brokerKind is what the suites run on.
func brokerKind() cluster.Kind {
	if kind := os.Getenv("BROKER"); kind != "" {
		return cluster.Kind(kind)
	}
	return cluster.Embedded
}

// full says that the long sizes are wanted.
func full() bool { return os.Getenv("SIZE") == "full" }

// seed is what the random points of the run are drawn from: $SEED, else 7. A failure is run again by the seed it names.
func seed(t *testing.T) uint64 {
	t.Helper()
	text := os.Getenv("SEED")
	if text == "" {
		return 7
	}
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("SEED=%s is not a number", text)
	}
	return number
}

// pick returns the size for the run.
func pick[T any](ci, long T) T {
	if full() {
		return long
	}
	return ci
}

// onBroker returns the size for the broker of the run: a JVM starts slowly.
func onBroker[T any](embedded, apache T) T {
	if brokerKind() == cluster.Apache {
		return apache
	}
	return embedded
}

// repository is the root: the tests run in e2e/.
func repository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// purchaseLog is one of the CDNOW files with the published counts, or the extract where the files are not there.
type purchaseLog struct {
	name      string
	purchases []load.Purchase
	counts    map[string]int // nil: only the oracle knows
}

// published are the answers that came with the data.
var published = map[string]map[string]int{
	"CDNOW_master.txt": {
		"quiet_7d": 59702, "quiet_14d": 54307, "quiet_30d": 45448, "quiet_60d": 36633, "quiet_90d": 31654, "quiet_180d": 23370,
		"purchase_day_2": 11516, "purchase_day_3": 7476, "purchase_day_5": 3835, "purchase_day_10": 1074, "purchase_day_20": 217,
	},
	"CDNOW_sample.txt": {
		"quiet_7d": 5928, "quiet_14d": 5373, "quiet_30d": 4494, "quiet_60d": 3597, "quiet_90d": 3143, "quiet_180d": 2331,
		"purchase_day_2": 1139, "purchase_day_3": 736, "purchase_day_5": 378, "purchase_day_10": 101, "purchase_day_20": 24,
	},
}

// readLog reads a CDNOW file from $HOLDFAST_DATA (default ../shared/data/cdnow beside the repository).
func readLog(t *testing.T, name string) purchaseLog {
	t.Helper()
	folder := os.Getenv("HOLDFAST_DATA")
	if folder == "" {
		folder = filepath.Join(repository(t), "..", "shared", "data", "cdnow")
	}
	purchases, err := load.ReadPurchases(folder, name)
	if err == nil {
		return purchaseLog{name: name, purchases: purchases, counts: published[name]}
	}
	if os.Getenv("HOLDFAST_DATA") != "" {
		t.Fatalf("HOLDFAST_DATA is set and %v", err)
	}
	t.Logf("%v: running on the extract that is part of the repository", err)
	if purchases, err = load.Extract(); err != nil {
		t.Fatal(err)
	}
	return purchaseLog{name: "extract", purchases: purchases}
}
