package state

import "fmt"

// UseCache gives the partition the cache of the lane that is going to use it. A cache is used by one goroutine: a
// partition that is restored beside a running lane is opened with a small cache of its own, and gets the lane's when the
// lane takes it over, on the lane's goroutine.
//
// Requires: nothing is under way, neither a transaction nor a checkpoint nor a restore, and nothing waits for the next
// checkpoint: what lies in there is found by the hash of the cache it came with.
func (pa *Partition) UseCache(cache *Cache) error {
	if err := pa.idle("change cache"); err != nil {
		return err
	}
	if pa.open.records > 0 || pa.restore.next != notRestoring {
		return fmt.Errorf("change cache of partition %d: it has records that are not in the store yet, or its restore has not ended", pa.id)
	}
	pa.cache.forget(pa.id)
	pa.cache = cache
	return pa.loadCache()
}
