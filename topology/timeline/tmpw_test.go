package timeline

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/topology/playbook"
	orc "holdfast/topology/timeline/oracle"
)

func tmpRun(ca orc.Case) (got []string, err error) {
	bundle, err := playbook.Load(fstest.MapFS{"bundle.yaml": {Data: []byte(ca.Bundle())}})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	scs, _, err := ParseScenarios("x.yaml", []byte(ca.Scenario()))
	if err != nil {
		return nil, err
	}
	wo, err := scs[0].Run(bundle)
	if err != nil {
		return nil, err
	}
	for _, in := range wo.Intents {
		if in.Action == "cancel" {
			continue
		}
		got = append(got, fmt.Sprint(in.DedupeKey, " ", in.DueAt))
	}
	sort.Strings(got)
	return got, nil
}

func tmpWant(ca orc.Case) (want []string) {
	for _, in := range ca.Run().Intents {
		if in.Action == "cancel" {
			continue
		}
		want = append(want, fmt.Sprint(in.DedupeKey, " ", int64(in.Due)))
	}
	sort.Strings(want)
	return want
}

func tmpDiffers(ca orc.Case) bool {
	got, err := tmpRun(ca)
	return err == nil && strings.Join(got, "\n") != strings.Join(tmpWant(ca), "\n")
}

func windowed(ca orc.Case) bool {
	f := strings.Join(ca.Features(), " ")
	return strings.Contains(f, "expr:count") || strings.Contains(f, "expr:distinct") || strings.Contains(f, "expr:change") || strings.Contains(f, "expr:pane")
}

func TestTmpOracle(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	bad, errs, win := 0, 0, 0
	for seed := uint64(0); seed < uint64(n); seed++ {
		ca := orc.Generate(seed, 2)
		if !windowed(ca) {
			continue
		}
		win++
		if _, err := tmpRun(ca); err != nil {
			errs++
			if errs < 3 {
				t.Log(seed, err)
			}
			continue
		}
		if !tmpDiffers(ca) {
			continue
		}
		bad++
		if bad > 60 {
			continue
		}
		small := orc.Shrink(ca, func(ca orc.Case) bool { return ca.Run().Intents != nil && tmpDiffers(ca) })
		b := small.Bundle()
		if !(strings.Contains(b, " before ") || strings.Contains(b, "distinct(") || strings.Contains(b, "change(") || strings.Contains(b, " month") || strings.Contains(b, "size in") || false) {
			bad--
			continue
		}
		got, _ := tmpRun(small)
		t.Logf("seed %d\n%s\n%s\ngot\n%s\nwant\n%s\n", seed, small.Bundle(), small.Scenario(), strings.Join(got, "\n"), strings.Join(tmpWant(small), "\n"))
	}
	t.Logf("%d windowed, %d differ, %d errors", win, bad, errs)
}
