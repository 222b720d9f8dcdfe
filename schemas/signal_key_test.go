package schemas

import "testing"

func TestTheKeyOfASignalNamesItsSubjectAndItsValue(t *testing.T) {
	for _, tc := range []struct{ account, user, name, want string }{
		{"acme", "", "stage", "acme/stage"},
		{"acme", "ann", "tier/main", "acme~ann/tier/main"},
		{"a/b", "x~y", "segment/power", "a%2Fb~x%7Ey/segment/power"},
		{"acme", "", "evidence/save time/year", "acme/evidence/save%20time%2Fyear"},
	} {
		if got := SignalKey(tc.account, tc.user, tc.name); got != tc.want {
			t.Errorf("SignalKey(%q, %q, %q) = %q, want %q", tc.account, tc.user, tc.name, got, tc.want)
		}
	}
}
