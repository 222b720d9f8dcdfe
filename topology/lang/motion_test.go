package lang

import "testing"

// TestMotion: what time alone, or an event behind it, can do to a condition.
func TestMotion(t *testing.T) {
	wo := newWorld()
	for source, want := range map[string]Motion{
		`total(login) >= 3`:                                  0,
		`account.plan == "pro"`:                              0,
		`count(login in 7d) >= 3`:                            Falls,
		`3 <= count(login in 7d)`:                            Falls,
		`count(login in 7d) < 3`:                             Rises,
		`count(login in 7d) == 3`:                            anyMotion,
		`count(login in this month) >= 3`:                    anyMotion,
		`count(login in 7d before 7d) >= 3`:                  anyMotion,
		`idle(login) >= 7d`:                                  Rises,
		`idle(login) < 7d`:                                   Falls,
		`not idle(login) >= 7d`:                              anyMotion,
		`idle(login) >= 7d and count(login in 30d) >= 3`:     Rises | Falls,
		`account.plan == "pro" or count(login in 30d) >= 3`:  Falls | Hastens,
		`account.plan == "pro" and count(login in 30d) >= 3`: Falls,
		`total(login) >= 3 or idle(login) >= 7d`:             Rises,
	} {
		cx := wo.in()
		cx.Scope, cx.Waiting = ScopeAccount, true
		if got := wo.compileIn(t, source, cx).Motion; got != want {
			t.Errorf("%s: motion %03b, want %03b", source, got, want)
		}
	}
	if got := wo.compile(t, `account.plan == "pro" and idle(login) >= 7d`).Motion; got != anyMotion {
		t.Errorf("of users, who do not hear of their account: motion %03b", got)
	}
}
