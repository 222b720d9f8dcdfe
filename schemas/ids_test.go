package schemas

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDedupeKeyAndIntentIDOfTheLanguageText(t *testing.T) {
	key := DedupeKey("inactivity", UserSubject("a1", "u1"), TimerEpisode(1772960400000), "d7", "send", "u1")
	if want := "inactivity/a1~u1/t.1772960400000/d7/send/u1"; key != want {
		t.Fatalf("dedupe key = %s, want %s", key, want)
	}
	if got, want := IntentID(key), "a60c0780-4994-5dac-9c3a-202195441a60"; got != want {
		t.Fatalf("intent id = %s, want %s", got, want)
	}
}

func TestPartsOfAKeyAreEncoded(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{AccountSubject("a/1"), "a%2F1"},
		{UserSubject("a~1", "u=1"), "a%7E1~u%3D1"},
		{KeySubject("a1", "invoice", "in 1"), "a1~invoice=in%201"},
		{KeySubject("a1", "seat", "x", "y~z"), "a1~seat=x~y%7Ez"},
		{EventEpisode("https://crm", "e-7"), "e.https:%2F%2Fcrm~e-7"},
		{ValueEpisode("100%"), "v.100%25"},
		{ValueEpisode("2026-03-01", "b"), "v.2026-03-01~b"},
		{PeriodEpisode("2026-W10"), "p.2026-W10"},
		{TimerEpisode(-5), "t.-5"},
		{Escape("grün"), "gr%C3%BCn"},
		{Escape("A-z_0.9:"), "A-z_0.9:"},
		{DedupeKey("p/1", "a1", EpisodeOnce, "s", "notify", "channel:#ops"), "p%2F1/a1/once/s/notify/channel:%23ops"},
		{DedupeKey("p", "raw/subject", "raw/episode", "s", "send", "u"), "p/raw%2Fsubject/raw%2Fepisode/s/send/u"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %s, want %s", tc.got, tc.want)
		}
	}
}

// identity is everything that a dedupe key is made of, before encoding.
type identity struct {
	subjectForm, episodeForm          int
	account, second, third            string
	source, id                        string
	playbook, step, action, recipient string
}

func (it identity) key() string {
	subject := [...]string{AccountSubject(it.account), UserSubject(it.account, it.second), KeySubject(it.account, it.second, it.third)}[it.subjectForm]
	episode := [...]string{EventEpisode(it.source, it.id), ValueEpisode(it.source), ValueEpisode(it.source, it.id)}[it.episodeForm]
	return DedupeKey(it.playbook, subject, episode, it.step, it.action, it.recipient)
}

// normal blanks what the form does not use, so that equal identities compare equal.
func (it identity) normal() identity {
	if it.subjectForm == 0 {
		it.second = ""
	}
	if it.subjectForm < 2 {
		it.third = ""
	}
	if it.episodeForm == 1 {
		it.id = ""
	}
	return it
}

func TestTwoIdentitiesNeverShareAKey(t *testing.T) {
	// A tiny alphabet of separators and their encodings makes collisions likely if they are possible at all.
	part := rapid.StringOfN(rapid.RuneFrom([]rune("a/~=%2F7E.e")), 0, 4, -1)
	draw := func(rt *rapid.T, name string) identity {
		return identity{
			subjectForm: rapid.IntRange(0, 2).Draw(rt, name+"subject"), episodeForm: rapid.IntRange(0, 2).Draw(rt, name+"episode"),
			account: part.Draw(rt, name+"account"), second: part.Draw(rt, name+"second"), third: part.Draw(rt, name+"third"),
			source: part.Draw(rt, name+"source"), id: part.Draw(rt, name+"id"),
			playbook: part.Draw(rt, name+"playbook"), step: part.Draw(rt, name+"step"),
			action: part.Draw(rt, name+"action"), recipient: part.Draw(rt, name+"recipient"),
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		one, two := draw(rt, "1 "), draw(rt, "2 ")
		if (one.normal() == two.normal()) != (one.key() == two.key()) {
			rt.Fatalf("%+v and %+v give %s and %s", one, two, one.key(), two.key())
		}
	})
}

// Random pairs rarely are neighbours: here every pair of short values in neighbouring places is tried.
func TestNeighbouringPartsNeverShareAKey(t *testing.T) {
	values := []string{"", "a", "/", "~", "=", "%", "a/", "/a", "a~a", "~a", "a=", "%2F", "%7E", "a/a", "2F"}
	seen := map[string]identity{}
	for _, form := range []int{0, 1, 2} {
		for _, second := range values {
			for _, third := range values {
				for _, account := range values {
					for _, playbook := range values {
						it := identity{subjectForm: form, account: account, second: second, third: third, playbook: playbook}.normal()
						if other, ok := seen[it.key()]; ok && other != it {
							t.Fatalf("%+v and %+v both give %s", it, other, it.key())
						}
						seen[it.key()] = it
					}
				}
			}
		}
	}
}
