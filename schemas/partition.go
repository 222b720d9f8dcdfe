package schemas

// PartitionOf returns the partition of an account: that of the Java client's default partitioner (and of franz-go's),
// so that every producer that keys by account agrees. Requires: partitions > 0.
//
// librdkafka's default (CRC-32) disagrees; it needs partitioner=murmur2_random.
func PartitionOf(account string, partitions int32) int32 {
	return int32(murmur2(account)&0x7fffffff) % partitions
}

// murmur2 is MurmurHash2 with the seed of org.apache.kafka.common.utils.Utils.
func murmur2(key string) uint32 {
	const mix, seed = 0x5bd1e995, 0x9747b28c
	hash := uint32(seed) ^ uint32(len(key))
	for ; len(key) >= 4; key = key[4:] {
		word := uint32(key[0]) | uint32(key[1])<<8 | uint32(key[2])<<16 | uint32(key[3])<<24
		word *= mix
		word ^= word >> 24
		hash = hash*mix ^ word*mix
	}
	switch len(key) {
	case 3:
		hash ^= uint32(key[2]) << 16
		fallthrough
	case 2:
		hash ^= uint32(key[1]) << 8
		fallthrough
	case 1:
		hash = (hash ^ uint32(key[0])) * mix
	}
	hash = (hash ^ hash>>13) * mix
	return hash ^ hash>>15
}
