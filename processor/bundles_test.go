package processor

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// bundlesKept are the keys of holdfast.bundles.
func (wo *world) bundlesKept() (hashes []string) {
	wo.t.Helper()
	for _, rec := range wo.read(wo.topics.Bundles) {
		hashes = append(hashes, string(rec.Key))
	}
	return hashes
}

// TestTheTextOfEveryBundleIsKept: once per bundle, however often it runs, as the text that its hash is of, so that it can
// be run again; and the manifests name it.
func TestTheTextOfEveryBundleIsKept(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	wo.publishEvents(visits("acme", "ann", day0, quietAfter, 3)...)
	co := wo.config()
	for range 2 {
		wo.start(toEnd(co, day0.AddDate(0, 0, 10))).finish()
	}
	wo.writeBundle(strings.Replace(testBundle, "revision: 1", "revision: 2", 1))
	ru := wo.start(toEnd(co, day0.AddDate(0, 0, 11)))
	ru.finish()
	manifests, kept := wo.manifests(), wo.bundlesKept()
	if len(kept) != 2 || kept[0] != manifests[0].BundleHash || kept[1] != ru.bundle.Hash {
		t.Fatalf("kept are %q; the first manifest names %q, the last bundle is %q", kept, manifests[0].BundleHash, ru.bundle.Hash)
	}
	first := ru.bundleOf(kept[0])
	if first == nil || first.Hash != kept[0] || first.Revision != 1 || len(first.Playbooks) != 2 {
		t.Errorf("the text of the first bundle gives %+v", first)
	}
	if ru.bundleOf("no such hash") != nil {
		t.Error("a bundle of a hash that nobody kept")
	}
}

// TestNoTransactionNamesABundleThatIsNotKept: the text is there before the first transaction that names it can end.
func TestNoTransactionNamesABundleThatIsNotKept(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	wo.publishEvents(visits("acme", "ann", day0, quietAfter, 3)...)
	ne, kept := &network{}, -1
	ne.onRequest(kmsg.EndTxn, func() {
		if kept < 0 {
			kept = len(wo.bundlesKept())
		}
	})
	wo.startOn(ne, toEnd(wo.config(), day0.AddDate(0, 0, 10))).finish()
	if kept != 1 {
		t.Errorf("at the end of the first transaction %d bundles were kept, want 1", kept)
	}
}

// TestWithoutTheTopicOfBundlesNothingRuns: the error says what to do.
func TestWithoutTheTopicOfBundlesNothingRuns(t *testing.T) {
	wo := newWorld(t, 1, testBundle)
	if _, err := wo.admin.DeleteTopic(wo.ctx, wo.topics.Bundles); err != nil {
		t.Fatal(err)
	}
	wo.start(wo.config()).fails("topics are missing: holdfast.bundles", "holdfast topics create")
}
