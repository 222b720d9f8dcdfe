package demo

import (
	"fmt"
	"strings"
	"time"
)

// The charts are drawn in a box of this size and stretched to the width of the screen; their words stand outside.
const (
	chartWidth  = 1000
	chartHeight = 200
)

// calendar is the whole business at a glance: logins as an area, intents as a line, each to its own scale.
type calendar struct {
	Logins, Intents         string // SVG points
	MostLogins, MostIntents int
	Axis                    []label
}

func (re *Report) calendar() calendar {
	ca := calendar{MostLogins: 1, MostIntents: 1}
	for _, dc := range re.Days {
		ca.MostLogins, ca.MostIntents = max(ca.MostLogins, dc.Logins), max(ca.MostIntents, dc.Intents)
	}
	var logins, intents []string
	for i, dc := range re.Days {
		x := float64(i) / float64(len(re.Days)-1)
		logins = append(logins, point(x, float64(dc.Logins)/float64(ca.MostLogins)))
		intents = append(intents, point(x, float64(dc.Intents)/float64(ca.MostIntents)))
	}
	ca.Logins = point(0, 0) + " " + strings.Join(logins, " ") + " " + point(1, 0)
	ca.Intents = strings.Join(intents, " ")
	for at := re.Start; at < re.End; {
		ca.Axis = append(ca.Axis, label{X: percent(at-re.Start, re.End-re.Start), Text: time.UnixMilli(at).UTC().Format("January")})
		at = time.UnixMilli(at).UTC().AddDate(0, 1, 0).UnixMilli()
	}
	return ca
}

// point places x and y, both in 0..1, y upwards.
func point(x, y float64) string {
	return fmt.Sprintf("%.1f,%.1f", x*chartWidth, chartHeight*(1-0.96*y))
}

// race is what was committed over the seconds of the run, with the kill.
type race struct {
	Points, KillX, KillY string
	Seconds              string
	Shown                bool
}

func (re *Report) race() race {
	if len(re.Progress) < 2 || re.Records == 0 {
		return race{}
	}
	end := re.Progress[len(re.Progress)-1].Seconds
	var points []string
	for _, sa := range re.Progress {
		points = append(points, point(sa.Seconds/end, float64(sa.Records)/float64(re.Records)))
	}
	ra := race{Points: strings.Join(points, " "), Seconds: fmt.Sprintf("%.1f s", end), Shown: true}
	if len(re.Runs) > 1 {
		ra.KillX = fmt.Sprintf("%.2f%%", 100*re.Runs[0].Seconds/end)
		ra.KillY = fmt.Sprintf("%.2f%%", 100*(1-0.96*float64(re.KilledAt)/float64(re.Records)))
	}
	return ra
}
