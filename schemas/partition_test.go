package schemas

import "testing"

// The vectors are those of UtilsTest.testMurmur2 in Apache Kafka.
func TestMurmur2AgreesWithTheJavaClient(t *testing.T) {
	for key, want := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if got := int32(murmur2(key)); got != want {
			t.Errorf("murmur2(%q) = %d, want %d", key, got, want)
		}
	}
}

func TestPartitionOfIsTheJavaPartition(t *testing.T) {
	// toPositive(-973932308) % 16 and so on, by hand: clear the sign bit, then the remainder.
	for _, tc := range []struct {
		account    string
		partitions int32
		want       int32
	}{
		{"21", 16, 12}, {"foobar", 16, 14}, {"abc", 16, 11}, {"abc", 1, 0},
	} {
		if got := PartitionOf(tc.account, tc.partitions); got != tc.want {
			t.Errorf("PartitionOf(%q, %d) = %d, want %d", tc.account, tc.partitions, got, tc.want)
		}
	}
}
