package value

import "math/bits"

// logBits is how many binary digits of the logarithm are computed: far beyond the six decimal ones that are kept.
const logBits = 44

// fractionBits are the binary digits behind the point of a product of logBits and 63 of them, without its lower 64.
const fractionBits = logBits + 63 - 64

// log10of2 is log10(2) in units of 2^-63.
const log10of2 = 2776511644261678566

// Log10 is the decimal logarithm of millionths in millionths, half away from zero; false for what is not above zero.
//
// Rejected: math.Log10. Its last bit depends on the machine, and what is decided must not.
func Log10(micros int64) (int64, bool) {
	if micros <= 0 {
		return 0, false
	}
	whole := int64(63 - bits.LeadingZeros64(uint64(micros)))
	log := whole << logBits                    // of the base 2, in units of 2^-logBits
	mantissa := uint64(micros) << (63 - whole) // in [1, 2), in units of 2^-63
	for digit := logBits - 1; digit >= 0; digit-- {
		high, low := bits.Mul64(mantissa, mantissa)
		if high>>63 == 1 {
			log |= 1 << digit
			mantissa = high
			continue
		}
		mantissa = high<<1 | low>>63
	}
	product, _ := bits.Mul64(uint64(log), log10of2) // in units of 2^-fractionBits
	fraction := product & (1<<fractionBits - 1)
	rounded := (fraction*Scale + 1<<(fractionBits-1)) >> fractionBits
	return int64(product>>fractionBits*Scale+rounded) - 6*Scale, true
}
