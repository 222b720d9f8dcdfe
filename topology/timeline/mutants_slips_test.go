package timeline

import (
	"slices"
	"testing"
)

// TestSlips: what is made of an expression, a line of `again`, a boundary.
func TestSlips(t *testing.T) {
	f := func(key, was string, want ...string) {
		t.Helper()
		if got := others(key, was); !slices.Equal(got, want) {
			t.Errorf("%s: %s\n got %q\nwant %q", key, was, got, want)
		}
	}
	f("if", `idle(login) >= 7d`, `not (idle(login) >= 7d)`, `idle(login) >= 14d`, `idle(login) >= 84h`)
	f("when", `count(a in 30d where event.x == "a or b 7d" and event.y > 2) >= 3 and tier == "low"`,
		`not (count(a in 30d where event.x == "a or b 7d" and event.y > 2) >= 3 and tier == "low")`,
		`count(a in 30d where event.x == "a or b 7d") >= 3 and tier == "low"`,
		`count(a in 30d where event.y > 2) >= 3 and tier == "low"`,
		`count(a in 30d where event.x == "a or b 7d" and event.y > 2) >= 3`,
		`tier == "low"`,
		`count(a in 60d where event.x == "a or b 7d" and event.y > 2) >= 3 and tier == "low"`,
		`count(a in 15d where event.x == "a or b 7d" and event.y > 2) >= 3 and tier == "low"`,
		`count(a in 30d where event.x == "a or b 7d" and event.y > 3) >= 3 and tier == "low"`,
		`count(a in 30d where event.x == "a or b 7d" and event.y > 1) >= 3 and tier == "low"`,
		`count(a in 30d where event.x == "a or b 7d" and event.y > 2) >= 4 and tier == "low"`,
		`count(a in 30d where event.x == "a or b 7d" and event.y > 2) >= 2 and tier == "low"`)
	f("to", `role("a") or role("b")`, `role("a")`, `role("b")`)
	f("value", `a or b and c`, `a`, `b and c`, `a or b`, `a or c`)
	f("value", `x <= -50% or y < 0.8 * z`, `x <= -50%`, `y < 0.8 * z`,
		`x <= -60% or y < 0.8 * z`, `x <= -40% or y < 0.8 * z`, `x <= -50% or y < 0.9 * z`, `x <= -50% or y < 0.7 * z`)
	f("at", `start.time + 3d at 09:00`, `start.time + 6d at 09:00`, `start.time + 36h at 09:00`, `start.time + 3d at 10:00`)
	f("at", `"09:00"`, `"10:00"`)
	f("again", `every 2h`, `never`, `always`, `every 4h`, `every 1h`)
	f("below", `40`, `45`, `35`)
	f("until", `45`, `50`, `40`)
	f("existing", `mark`, `include`)
	f("send", `some_template_7d`)
}
