//go:build e2e

package e2e_test

import (
	"fmt"
	"testing"

	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
	"holdfast/e2e/oracle"
	"holdfast/e2e/read"
)

// untilPurchasesEnd are the flags of a run that ends with the purchase log.
var untilPurchasesEnd = []string{"--clock", "event", "--until", "1998-06-30T00:00Z", "--exit-when-done"}

// TestPurchases runs the CDNOW log through the processor on several partitionings and batch sizes, and once with kill -9
// at 20 random points. Every run must find the same set of intents: that of the oracle, with the published counts.
func TestPurchases(t *testing.T) {
	type run struct {
		log                      string
		partitions, batch, kills int
	}
	const master, sample = "CDNOW_master.txt", "CDNOW_sample.txt"
	runs := onBroker(
		pick(
			[]run{{sample, 4, 1, 0}, {sample, 1, 100, 0}, {master, 1, 20000, 0}, {master, 4, 100, 20}, {master, 16, 20000, 0}},
			[]run{
				{master, 1, 1, 0}, {master, 1, 100, 0}, {master, 1, 20000, 0},
				{master, 4, 1, 0}, {master, 4, 100, 0}, {master, 4, 20000, 0},
				{master, 16, 1, 0}, {master, 16, 100, 0}, {master, 16, 20000, 0},
				{master, 1, 100, 20}, {master, 4, 100, 20}, {master, 16, 100, 20},
			}),
		[]run{{sample, 4, 100, 0}, {master, 4, 20000, 0}, {master, 16, 1000, 5}})
	for _, ru := range runs {
		t.Run(fmt.Sprintf("%s/partitions=%d/batch=%d/kills=%d", ru.log, ru.partitions, ru.batch, ru.kills), func(t *testing.T) {
			log := readLog(t, ru.log)
			lines := load.PurchaseLines(log.purchases)
			sc := sceneOn(t, cluster.Config{Unsynced: ru.batch == 1}, ru.partitions, load.PurchaseBundle())
			sc.publish(lines)
			flags := append([]string{"--max-batch", fmt.Sprint(ru.batch)}, untilPurchasesEnd...)
			sc.storm(storm{seed: seed(t), kills: ru.kills, input: len(lines), topic: load.UserActions, flags: flags})
			checkPurchases(t, sc, log, load.PurchaseIntents(lines))
		})
	}
}

func checkPurchases(t *testing.T, sc *scene, log purchaseLog, want []oracle.Intent) {
	t.Helper()
	found := sc.intents()
	same(t, "intents against the oracle", sc.ids(found), oracle.IDs(want))
	counts := read.ByPlaybook(found)
	for playbook, count := range log.counts {
		if counts[playbook] != count {
			t.Errorf("%s: %d intents, the published answer is %d", playbook, counts[playbook], count)
		}
	}
	t.Logf("%s: %d purchases, %d intents", log.name, len(log.purchases), len(found))
}
