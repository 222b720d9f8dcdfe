package oracle

// call evaluates a function.
func (vi view) call(ex *Expr, exact bool) value {
	switch ex.Name {
	case "idle", "since", "until", "age", "observed", "elapsed":
		return vi.linear(ex)
	case "running":
		return truth(vi.wo.running(vi.su, ex.Text))
	case "segment":
		return truth(vi.watched("segment", ex.Text).on)
	case "signal":
		return truth(vi.watched("signal", ex.Text).on)
	case "tier", "score":
		return vi.health(ex.Text, ex.Name)
	case "members":
		return whole(int64(len(vi.wo.members(vi.su.owner, ex.Text))))
	case "sent":
		return truth(vi.ep != nil && vi.ep.sent(ex.Text))
	case "evidence_count", "evidence_sum":
		return vi.evidence(ex)
	case "change":
		return vi.change(ex.Args[0])
	}
	return vi.aggregate(ex, exact)
}

// of is the subject whose events a call is about.
func (vi view) of(ex *Expr) *subject {
	if ex.Account {
		return vi.su.owner
	}
	return vi.su
}

func (vi view) linear(ex *Expr) value {
	switch ex.Name {
	case "idle":
		return vi.since(vi.newest(ex))
	case "since":
		return vi.since(vi.eval(ex.Args[0]))
	case "until":
		return add("-", vi.eval(ex.Args[0]), instant(vi.at))
	case "observed":
		from, seen := vi.of(ex).observedFrom()
		if !seen {
			return value{}
		}
		return vi.since(instant(from))
	case "elapsed":
		return vi.elapsed(ex.Text)
	}
	return vi.since(vi.ageFrom(ex.Args[0]))
}

func (vi view) since(from value) value { return add("-", instant(vi.at), from) }

// newest is the time that idle counts from: the newest event, else the creation.
func (vi view) newest(ex *Expr) value {
	of := vi.of(ex)
	if list := of.log[ex.Event]; len(list) > 0 {
		return instant(list[len(list)-1].at)
	}
	if of.created != 0 {
		return instant(of.created)
	}
	return value{}
}

func (vi view) elapsed(step string) value {
	if vi.ep == nil {
		return value{}
	}
	if step == "" {
		return vi.since(instant(vi.ep.start))
	}
	if slot, published := vi.ep.slot(step); published {
		return vi.since(instant(slot))
	}
	return value{}
}

// aggregate evaluates over the events that the window and the `where` leave.
func (vi view) aggregate(ex *Expr, exact bool) value {
	list := vi.window(ex, exact || ex.Name == "distinct")
	switch ex.Name {
	case "count", "total":
		sum := int64(0)
		for _, ha := range list {
			sum += ha.weight
		}
		return whole(sum)
	case "has":
		return truth(len(list) > 0)
	case "first", "last":
		return vi.end(ex, list)
	}
	values := vi.values(ex, list)
	if ex.Name == "distinct" {
		return distinct(values)
	}
	return reduce(ex.Name, values)
}

// window lists the events of the call that are inside at the instant of the view: (t-W, t] without an upper bound,
// shifted back by `before`, which has one.
func (vi view) window(ex *Expr, exact bool) []*happened {
	of := vi.of(ex)
	var inside []*happened
	low, high, bounded := vi.bounds(ex)
	for _, ha := range of.log[ex.Event] {
		held := ha.at
		if (!exact || ex.Before > 0) && ex.Window > 0 { // no ring of k answers what was inside some time ago
			held = lastOfPane(ha.at, ex.Window, of.owner.zone)
		}
		if bounded && (held <= low || held > high) {
			continue
		}
		if ex.Where != nil && !(view{wo: vi.wo, su: of, at: ha.at, ev: ha}).is(ex.Where) {
			continue
		}
		inside = append(inside, ha)
	}
	return inside
}

// bounds are the instants (low, high] of a windowed call.
func (vi view) bounds(ex *Expr) (low, high Instant, bounded bool) {
	const never = Instant(1) << 60
	switch {
	case ex.Month == "this":
		return monthStart(vi.at, 0, vi.su.owner.zone) - 1, never, true
	case ex.Month == "last":
		return monthStart(vi.at, -1, vi.su.owner.zone) - 1, monthStart(vi.at, 0, vi.su.owner.zone) - 1, true
	case ex.Window == 0:
		return 0, 0, false
	case ex.Before > 0:
		return vi.at.plus(-ex.Window - ex.Before), vi.at.plus(-ex.Before), true
	}
	return vi.at.plus(-ex.Window), never, true
}

// change compares a windowed aggregate with the one before it; unknown if that is 0.
func (vi view) change(ex *Expr) value {
	earlier := *ex
	earlier.Before = ex.Window
	now, was := vi.aggregate(ex, false), vi.aggregate(&earlier, false)
	return multiply("/", add("-", now, was), was)
}

func (vi view) end(ex *Expr, list []*happened) value {
	if len(list) == 0 {
		return value{}
	}
	one := list[len(list)-1]
	if ex.Name == "first" {
		one = list[0]
	}
	if ex.Field == "" {
		return instant(one.at)
	}
	return one.field(ex.Field, vi.su.owner.zone)
}

func (vi view) values(ex *Expr, list []*happened) []value {
	var values []value
	for _, ha := range list {
		if va := ha.field(ex.Field, vi.su.owner.zone); va.known() {
			values = append(values, va)
		}
	}
	return values
}

func distinct(values []value) value {
	seen := map[value]bool{}
	for _, va := range values {
		seen[va] = true
	}
	return whole(int64(len(seen)))
}

// reduce is sum, min, max and avg; a sum of nothing is 0, the others are unknown.
func reduce(name string, values []value) value {
	if len(values) == 0 {
		if name == "sum" {
			return whole(0)
		}
		return value{}
	}
	result := values[0]
	for _, va := range values[1:] {
		switch {
		case name == "sum" || name == "avg":
			result = add("+", result, va)
		case name == "min" && va.n < result.n, name == "max" && va.n > result.n:
			result = va
		}
	}
	if name == "avg" {
		return multiply("/", result, whole(int64(len(values))))
	}
	return result
}
