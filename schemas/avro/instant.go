package avro

import "strconv"

// lastMillis is the end of year 9999: RFC 3339 has no later one.
const lastMillis = 253402300799999

const (
	secondMillis = 1000
	minuteMillis = 60 * secondMillis
	hourMillis   = 60 * minuteMillis
	dayMillis    = 24 * hourMillis
)

// AppendTime appends an instant as RFC 3339 in UTC with milliseconds, or bare milliseconds for what that cannot say. It
// is written by hand because every output has one: the time package takes five times as long.
func AppendTime(dst []byte, ms int64) []byte {
	if ms < 0 || ms > lastMillis {
		return strconv.AppendInt(dst, ms, 10)
	}
	year, month, day := civil(ms / dayMillis)
	rest := ms % dayMillis
	dst = append(appendTwo(appendTwo(dst, year/100), year%100), '-')
	dst = append(appendTwo(dst, month), '-')
	dst = append(appendTwo(dst, day), 'T')
	dst = append(appendTwo(dst, rest/hourMillis), ':')
	dst = append(appendTwo(dst, rest%hourMillis/minuteMillis), ':')
	dst = append(appendTwo(dst, rest%minuteMillis/secondMillis), '.')
	rest %= secondMillis
	return append(appendTwo(append(dst, byte('0'+rest/100)), rest%100), 'Z')
}

// appendTwo appends a number from 0 to 99 as two digits.
func appendTwo(dst []byte, num int64) []byte {
	return append(dst, byte('0'+num/10), byte('0'+num%10))
}

// civil is the date of a day counted from 1970-01-01. It counts in years that begin on the first of March, so that the
// day of a leap year is the last one of its year, and in eras of 400 years, which are all alike.
func civil(days int64) (year, month, day int64) {
	const eraDays, toMarch0000 = 146097, 719468
	days += toMarch0000
	era, inEra := days/eraDays, days%eraDays
	yearOfEra := (inEra - inEra/1460 + inEra/36524 - inEra/146096) / 365
	inYear := inEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	fromMarch := (5*inYear + 2) / 153
	day = inYear - (153*fromMarch+2)/5 + 1
	if month = fromMarch + 3; month > 12 {
		month -= 12
	}
	if year = yearOfEra + 400*era; month <= 2 {
		year++
	}
	return year, month, day
}
