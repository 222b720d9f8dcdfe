package evidence

import (
	"encoding/binary"
	"hash/fnv"
	"sort"
	"strings"

	"holdfast/topology"
	"holdfast/topology/window"
)

// Item is one value moment.
type Item struct {
	Record   string // the id of its record in the bundle, or of the step that logged it
	Source   string // of the event; only Mark remembers it
	ID       string // of the event
	At       int64  // ms, event time
	Value    int64  // in units of value.Scale; HasValue says whether there is one
	HasValue bool
	Unit     string
	Goal     string
	Text     string

	mark uint64 // what makes it one item: record, source and id
}

// LogName and TotalName name the cells: the log, the totals over all goals; those of a goal are TotalName/GOAL.
const (
	LogName   = "evidence.log"
	TotalName = "evidence.total"
)

// The bytes of a log: version, then each item, newest first: flags mark(8) at record id unit goal text [value]. Numbers are
// varints, texts are length and bytes; at is the difference to the newer item.
const logVersion = 1

var logKey = topology.Key(LogName)

// Mark is what makes a moment one moment: its record and the event.
func (it *Item) Mark() uint64 {
	if it.mark != 0 {
		return it.mark
	}
	sum := fnv.New64a()
	for _, part := range []string{it.Record, it.Source, it.ID} {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return sum.Sum64() | 1
}

// Add puts an item into the log and the totals. It is idempotent by record and event as far back as the log reaches: false
// says that the item is there already. keep is how many items the log holds.
func Add(sub topology.Subject, it Item, keep int) (added bool) {
	it.mark = it.Mark()
	items := Items(sub)
	for i := range items {
		if items[i].mark == it.mark {
			return false
		}
	}
	at := sort.Search(len(items), func(i int) bool { return items[i].At <= it.At })
	items = append(items, Item{})
	copy(items[at+1:], items[at:])
	items[at] = it
	sub.SetBytes(logKey, appendLog(nil, items[:min(len(items), max(keep, 1))]))
	addTotals(sub, &it)
	return true
}

func appendLog(dst []byte, items []Item) []byte {
	dst = append(dst, logVersion)
	newer := int64(0)
	for i := range items {
		it := &items[i]
		fl := byte(0)
		if it.HasValue {
			fl = 1
		}
		dst = binary.BigEndian.AppendUint64(append(dst, fl), it.mark)
		dst = binary.AppendVarint(dst, it.At-newer)
		newer = it.At
		for _, text := range []string{it.Record, it.ID, it.Unit, it.Goal, it.Text} {
			dst = append(binary.AppendUvarint(dst, uint64(len(text))), text...)
		}
		if it.HasValue {
			dst = binary.AppendVarint(dst, it.Value)
		}
	}
	return dst
}

// Items are those of the log, newest first. Their texts are copies.
func Items(cells topology.Cells) (items []Item) {
	for cu := open(cells); cu.next(); {
		it := cu.item
		for _, text := range []*string{&it.Record, &it.ID, &it.Unit, &it.Goal, &it.Text} {
			*text = strings.Clone(*text)
		}
		items = append(items, it)
	}
	return items
}

// Choice says which items are meant.
type Choice struct {
	Goal   string
	ByGoal bool  // of that goal only
	Since  int64 // ms, from then on; math.MinInt64: all
	Top    int   // the newest so many; 0: all
}

// Texts appends the texts of the chosen items, newest first, encoded as window.AppendList does. It allocates nothing but
// what dst needs.
func Texts(cells topology.Cells, ch Choice, dst []byte) []byte {
	n := 0
	for cu := open(cells); cu.next() && (ch.Top == 0 || n < ch.Top) && cu.item.At >= ch.Since; {
		if ch.ByGoal && cu.item.Goal != ch.Goal {
			continue
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(cu.item.Text))), cu.item.Text...)
		n++
	}
	return dst
}

// cursor reads a log item by item; the texts of its item alias the cell. Bytes that are no log are an empty one.
type cursor struct {
	rest  []byte
	item  Item
	newer int64
	bad   bool
}

func open(cells topology.Cells) cursor {
	b, ok := cells.Bytes(logKey)
	if !ok || len(b) == 0 || b[0] != logVersion {
		return cursor{}
	}
	return cursor{rest: b[1:]}
}

func (cu *cursor) next() bool {
	if len(cu.rest) < 9 || cu.bad {
		return false
	}
	fl := cu.rest[0]
	cu.item = Item{mark: binary.BigEndian.Uint64(cu.rest[1:]), HasValue: fl&1 != 0}
	cu.rest = cu.rest[9:]
	cu.item.At = cu.newer + cu.varint()
	cu.newer = cu.item.At
	cu.item.Record, cu.item.ID, cu.item.Unit = cu.text(), cu.text(), cu.text()
	cu.item.Goal, cu.item.Text = cu.text(), cu.text()
	if cu.item.HasValue {
		cu.item.Value = cu.varint()
	}
	return !cu.bad && fl <= 1
}

func (cu *cursor) varint() int64 {
	v, n := binary.Varint(cu.rest)
	if n <= 0 {
		cu.bad, cu.rest = true, nil
		return 0
	}
	cu.rest = cu.rest[n:]
	return v
}

func (cu *cursor) text() string {
	b, rest, ok := window.NextText(cu.rest)
	if !ok {
		cu.bad, cu.rest = true, nil
		return ""
	}
	cu.rest = rest
	return window.Alias(b)
}
