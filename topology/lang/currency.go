package lang

// minorDigits is the exponent of a currency: how many decimals its minor unit has (ISO 4217, list one). A currency
// that is not named has two, as has an amount without a currency.
func minorDigits(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

// microsPerMinor is one minor unit in millionths of the currency.
func microsPerMinor(currency string) int64 {
	micros := int64(1_000_000)
	for range minorDigits(currency) {
		micros /= 10
	}
	return micros
}

// MinorUnits are the minor units of an amount in millionths: what a record has of an amount that somebody writes.
func MinorUnits(micros int64, currency string) int64 { return micros / microsPerMinor(currency) }
