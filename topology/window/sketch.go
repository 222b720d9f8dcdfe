package window

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The sketch is HyperLogLog with 2,048 registers of a byte: a standard error of 2.3 % (1.04 / sqrt(2048)), 2 KiB.
// Registers only rise and depend on the set of values alone, so the bytes are canonical: the same values in any order
// make the same sketch.
//
// Rejected: axiomhq/hyperloglog. Its bytes depend on the order of insertion while it is sparse.
const (
	registerBits = 11
	registers    = 1 << registerBits
)

// sketchOf makes the cell of a sketch from sorted hashes.
func sketchOf(hashes []byte) []byte {
	cell := make([]byte, 1+registers)
	cell[0] = formSketch
	for ; len(hashes) >= 8; hashes = hashes[8:] {
		register, rank := place(binary.BigEndian.Uint64(hashes))
		cell[1+register] = max(cell[1+register], rank)
	}
	return cell
}

// place gives the register of a hash and the rank (position of the first one bit) that it asks for.
func place(hash uint64) (register int, rank byte) {
	rest := hash<<registerBits | 1<<(registerBits-1)
	return int(hash >> (64 - registerBits)), byte(bits.LeadingZeros64(rest) + 1)
}

// estimate counts in whole numbers as far as it can: the harmonic sum is exact in units of 2^-54.
func estimate(ranks []byte) int64 {
	empty := 0
	sumHigh, sumLow := uint64(0), uint64(0)
	for _, rank := range ranks {
		if rank == 0 {
			empty++
		}
		low, carry := bits.Add64(sumLow, 1<<(54-uint(rank)), 0)
		sumLow, sumHigh = low, sumHigh+carry
	}
	sum := math.Ldexp(float64(sumHigh), 64-54) + math.Ldexp(float64(sumLow), -54)
	raw := 0.7213 / (1 + 1.079/registers) * registers * registers / sum
	if raw <= 2.5*registers && empty > 0 {
		raw = registers * math.Log(float64(registers)/float64(empty))
	}
	return int64(math.Round(raw))
}
