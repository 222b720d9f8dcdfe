package evidence

import (
	"encoding/binary"
	"math"

	"holdfast/topology"
	"holdfast/topology/value"
)

// The bytes of totals: version, number and sum over the whole life, then for each day with an item, oldest first: the days
// since the one before, number, sum. Days are those of UTC; those older than MaxWindow before the newest one are gone.
const totalVersion = 1

const dayMillis = 24 * 60 * 60 * 1000

// MaxWindow is the longest window over evidence, in ms.
const MaxWindow = 400 * dayMillis

// never is the answer of Next when time alone changes nothing any more.
const never = math.MaxInt64

// totalsKey is the key of the totals of a goal; it hashes without making the name.
func totalsKey(goal string, byGoal bool) uint32 {
	if !byGoal {
		return totalKey
	}
	h := (totalKey ^ uint32('/')) * 16777619
	for i := 0; i < len(goal); i++ {
		h = (h ^ uint32(goal[i])) * 16777619
	}
	return h
}

var totalKey = topology.Key(TotalName)

// GoalName names the totals of a goal, for the check that no two cells share a key.
func GoalName(goal string) string { return TotalName + "/" + goal }

type day struct{ day, count, sum int64 }

func addTotals(sub topology.Subject, it *Item) {
	addTotal(sub, totalKey, it)
	addTotal(sub, totalsKey(it.Goal, true), it)
}

func addTotal(sub topology.Subject, key uint32, it *Item) {
	to := openTotals(sub, key)
	count, sum := saturated(to.count, 1), saturated(to.sum, it.Value)
	var days []day
	for to.next() {
		days = append(days, to.at)
	}
	sub.SetBytes(key, appendTotals(nil, count, sum, addDay(days, it)))
}

// saturated adds and stays at the end of the numbers: a total that left them says nothing better.
func saturated(a, b int64) int64 {
	sum, ok := value.AddInt(a, b)
	switch {
	case ok:
		return sum
	case b > 0:
		return math.MaxInt64
	}
	return math.MinInt64
}

func addDay(days []day, it *Item) []day {
	of := floorDay(it.At)
	at := 0
	for at < len(days) && days[at].day < of {
		at++
	}
	if at == len(days) || days[at].day != of {
		days = append(days, day{})
		copy(days[at+1:], days[at:])
		days[at] = day{day: of}
	}
	days[at].count++
	days[at].sum = saturated(days[at].sum, it.Value)
	oldest := days[len(days)-1].day - MaxWindow/dayMillis - 1
	for days[0].day < oldest {
		days = days[1:]
	}
	return days
}

func floorDay(ms int64) int64 {
	if ms < 0 {
		return -((-ms + dayMillis - 1) / dayMillis)
	}
	return ms / dayMillis
}

func appendTotals(dst []byte, count, sum int64, days []day) []byte {
	dst = binary.AppendVarint(append(dst, totalVersion), count)
	dst = binary.AppendVarint(dst, sum)
	before := int64(0)
	for _, of := range days {
		dst = binary.AppendVarint(dst, of.day-before)
		dst = binary.AppendVarint(dst, of.count)
		dst = binary.AppendVarint(dst, of.sum)
		before = of.day
	}
	return dst
}

// totals reads a cell: the totals of the life at once, the days one by one.
type totals struct {
	count, sum int64
	at         day
	rest       []byte
}

func openTotals(cells topology.Cells, key uint32) (to totals) {
	b, ok := cells.Bytes(key)
	if !ok || len(b) == 0 || b[0] != totalVersion {
		return totals{}
	}
	to.rest = b[1:]
	to.count, _ = to.varint()
	to.sum, _ = to.varint()
	if to.count < 0 {
		return totals{} // no totals of ours
	}
	return to
}

func (to *totals) varint() (v int64, ok bool) {
	v, n := binary.Varint(to.rest)
	if n <= 0 {
		to.rest = nil
		return 0, false
	}
	to.rest = to.rest[n:]
	return v, true
}

func (to *totals) next() bool {
	if len(to.rest) == 0 {
		return false
	}
	delta, ok := to.varint()
	count, okCount := to.varint()
	sum, okSum := to.varint()
	to.at = day{day: to.at.day + delta, count: count, sum: sum}
	return ok && okCount && okSum
}

// Query asks for a number: of one goal or of all, over a window or the whole life.
type Query struct {
	Goal   string
	ByGoal bool
	Window int64 // ms, (now - Window, now]; 0: the whole life
}

// Count is how many items there were.
func Count(cells topology.Cells, qu Query, now int64) int64 {
	count, _ := qu.read(cells, now)
	return count
}

// Sum is the sum of their values, in units of value.Scale.
func Sum(cells topology.Cells, qu Query, now int64) int64 {
	_, sum := qu.read(cells, now)
	return sum
}

func (qu *Query) read(cells topology.Cells, now int64) (count, sum int64) {
	to := openTotals(cells, totalsKey(qu.Goal, qu.ByGoal))
	if qu.Window == 0 || to.count == 0 {
		return to.count, to.sum // of nothing there are no days either
	}
	from := now - qu.Window
	if exact(cells, from) {
		for cu := open(cells); cu.next() && cu.item.At > from; {
			if !qu.ByGoal || cu.item.Goal == qu.Goal {
				count++
				sum = saturated(sum, cu.item.Value)
			}
		}
		return count, sum
	}
	for to.next() {
		if to.at.end() > from {
			count += to.at.count
			sum = saturated(sum, to.at.sum)
		}
	}
	return count, sum
}

// end is the last instant that a day can hold.
func (da *day) end() int64 { return (da.day+1)*dayMillis - 1 }

// exact says that the log has every item after an instant: it has all there ever were, or reaches back beyond it.
func exact(cells topology.Cells, from int64) bool {
	held, oldest := int64(0), int64(0)
	for cu := open(cells); cu.next(); held++ {
		oldest = cu.item.At
	}
	all := openTotals(cells, totalKey)
	return held == all.count || held > 0 && oldest <= from
}

// Next is the first instant after now at which time alone may change the number, else math.MaxInt64.
func Next(cells topology.Cells, qu Query, now int64) int64 {
	if qu.Window == 0 {
		return never
	}
	from, first := now-qu.Window, int64(never)
	oldest := int64(never)
	for cu := open(cells); cu.next(); {
		if oldest = cu.item.At; cu.item.At > from && (!qu.ByGoal || cu.item.Goal == qu.Goal) {
			first = min(first, cu.item.At+qu.Window)
		}
	}
	if exact(cells, from) {
		return first
	}
	if oldest != never {
		first = min(first, oldest+qu.Window) // from then on it is exact
	}
	for to := openTotals(cells, totalsKey(qu.Goal, qu.ByGoal)); to.next(); {
		if end := to.at.end(); end > from {
			first = min(first, end+qu.Window)
		}
	}
	return first
}
