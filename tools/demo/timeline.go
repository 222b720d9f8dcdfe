package demo

import (
	"fmt"
	"strings"
	"time"
)

// picture is a story placed on a line: every x is in percent of the width, so that circles stay round on any screen.
type picture struct {
	Story
	Lines []tickLine
	Holes []hole
	Flags []pennant
	Axis  []label
}

// tickLine is all events of one kind as one tooltip-bearing line each day: a busy account has thousands.
type tickLine struct{ X, Kind, Tip string }

type hole struct{ X, Width, Middle, Words string }

type pennant struct {
	Mark
	X, Tip string
}

type label struct{ X, Text string }

func draw(st Story) picture {
	pi := picture{Story: st, Lines: st.lines(), Axis: st.axis()}
	for _, ga := range st.Gaps {
		pi.Holes = append(pi.Holes, hole{
			X: st.x(ga.From), Width: percent(ga.To-ga.From, st.To-st.From), Middle: st.x((ga.From + ga.To) / 2), Words: holeWords(st, ga),
		})
	}
	for _, mark := range st.Marks {
		tip := clockOf(mark.At) + ": " + sentence(mark)
		if mark.Why != "" {
			tip += "\n" + mark.Why
		}
		pi.Flags = append(pi.Flags, pennant{Mark: mark, X: st.x(mark.At), Tip: tip})
	}
	return pi
}

// holeWords are written into a silence that is wide enough to hold them.
func holeWords(st Story, ga Gap) string {
	words := plural((ga.To-ga.From)/day, "day") + " quiet"
	if (ga.To-ga.From)*7 < st.To-st.From {
		return ""
	}
	return words
}

func (st Story) x(at int64) string { return percent(at-st.From, st.To-st.From) }

// lines groups the ticks by kind and quarter of a day.
func (st Story) lines() []tickLine {
	type slot struct {
		kind string
		at   int64
	}
	types := map[slot][]string{}
	var order []slot
	for _, ti := range st.Ticks {
		sl := slot{ti.Kind, ti.At / (6 * hour)}
		if types[sl] == nil {
			order = append(order, sl)
		}
		types[sl] = append(types[sl], ti.Type)
	}
	out := make([]tickLine, 0, len(order))
	for _, sl := range order {
		at := max(st.From, sl.at*6*hour+3*hour)
		out = append(out, tickLine{X: st.x(at), Kind: sl.kind, Tip: dateOf(at) + ": " + listed(types[sl])})
	}
	return out
}

// listed counts equal words in order of appearance: "3 signed in, feature used".
func listed(types []string) string {
	counts := map[string]int{}
	var order []string
	for _, ty := range types {
		if counts[ty] == 0 {
			order = append(order, ty)
		}
		counts[ty]++
	}
	for i, ty := range order {
		order[i] = plainWords(ty)
		if counts[ty] > 1 {
			order[i] = fmt.Sprintf("%d %s", counts[ty], order[i])
		}
	}
	return strings.Join(order, ", ")
}

// axis labels Mondays, at most six of them.
func (st Story) axis() []label {
	weeks := (st.To-st.From)/(7*day) + 1
	every := (weeks + 5) / 6
	var out []label
	monday := st.From - st.From%day + day
	for time.UnixMilli(monday).UTC().Weekday() != time.Monday {
		monday += day
	}
	for at := monday; at < st.To-(st.To-st.From)/12; at += every * 7 * day {
		out = append(out, label{X: st.x(at), Text: time.UnixMilli(at).UTC().Format("2 Jan")})
	}
	return out
}
