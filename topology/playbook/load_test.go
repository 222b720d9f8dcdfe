package playbook_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"holdfast/playbooks"
	"holdfast/schemas"
	"holdfast/topology"
	"holdfast/topology/lang"
	"holdfast/topology/playbook"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

// golden compares a text with a file of testdata.
func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-rewrite writes it anew); got\n%s\nwant\n%s", file, got, want)
	}
}

func TestBuiltInBundleLoads(t *testing.T) {
	bu, err := playbook.Load(playbooks.Files)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "starter.txt", bu.Describe())
}

// words is the vocabulary of the tests.
const words = `bundle: test
revision: 3
time: {lateness: 10m, default_tz: Europe/Berlin, history: 2026-01-01T00:00Z}
events:
  login: user_action.signed_in
  feature_used: user_action.feature_used
  power_used: {from: feature_used, where: event.feature in power}
  api_call: {from: user_action.api_called, fields: {calls: int from count, ms: duration, on_day: date, ok: bool, price: decimal, at_time: time}}
  invoice_paid: {from: billing.invoice_paid, fields: {reason: text}}
  plan_changed: billing.plan_changed
  activity: {any: [login, feature_used]}
lists: {power: [sso, api], small: [1, 2.5]}
facts: {account: {limit: int default 10, city: text}, user: {vip: bool default false, seen: time from login.time}}
metrics: {account: {open: total(login), quiet: idle(login) >= 1d, doubled: idle(login) * 2}, user: {mine: total(login)}}
`

// wrong reads testdata/wrong: each file is a playbook document with what is wrong with it in the comments at its end.
func TestWrongFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/wrong/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d wrong files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) { wrongFile(t, file) })
	}
}

func wrongFile(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(string(text), "\n# =>\n")
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(body)}}
	if !strings.Contains(body, "bundle:") {
		fsys["z.yaml"] = &fstest.MapFile{Data: []byte(words)}
	}
	_, err = playbook.Load(fsys)
	if err == nil {
		t.Fatal("it loaded")
	}
	got := body + "\n# =>\n# " + strings.ReplaceAll(err.Error(), "\n", "\n# ") + "\n"
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(text) {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

func TestErrorsAreAList(t *testing.T) {
	_, err := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte("bundle: x\nrevision: no\nnonsense: 1\n")}})
	var list playbook.Errors
	if !errors.As(err, &list) || len(list) != 2 {
		t.Fatalf("%v", err)
	}
	if list[0].File != "a.yaml" || list[0].Line != 2 || list[0].Column != 11 {
		t.Errorf("place %+v", list[0])
	}
}

func TestFilesOfAnotherKind(t *testing.T) {
	for name, want := range map[string]string{
		"a.yml":  "a.yml:1:1: only *.yaml is read (JSON inside is fine); rename the file",
		"a.json": "a.json:1:1: only *.yaml is read (JSON inside is fine); rename the file",
		"a.txt":  ".:1:1: no *.yaml in the folder; a bundle begins with a file such as bundle.yaml",
	} {
		_, err := playbook.Load(fstest.MapFS{name: {Data: []byte("bundle: x\n")}})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := playbook.Load(os.DirFS("testdata/nowhere")); err == nil || !strings.Contains(err.Error(), "read the folder of the bundle") {
		t.Errorf("missing folder: %v", err)
	}
}

func load(t *testing.T, document string) *playbook.Bundle {
	t.Helper()
	bu, err := playbook.Load(fstest.MapFS{"z.yaml": {Data: []byte(words)}, "a.yaml": {Data: []byte(document)}})
	if err != nil {
		t.Fatal(err)
	}
	return bu
}

func TestJSONIsRead(t *testing.T) {
	bu := load(t, `{"playbook": "p", "for": "each user", "class": "internal", "start": {"event": "login"}, "steps": [{"id": "a", "send": "x"}]}`)
	if len(bu.Playbooks) != 1 || bu.Playbooks[0].Steps[0].Template != "x" {
		t.Errorf("%+v", bu.Playbooks)
	}
}

const small = "playbook: p\nfor: each user\nclass: internal\nstart: {event: login}\nsteps: [{id: a, send: x}]\n"

func TestHashAndVersion(t *testing.T) {
	first, comment := load(t, small), load(t, small+"# more\n")
	other := load(t, strings.Replace(small, "send: x", "send: y", 1))
	if first.Hash == comment.Hash || len(first.Hash) != 64 {
		t.Error("the hash is that of the texts")
	}
	if first.Playbooks[0].Version != comment.Playbooks[0].Version || first.Playbooks[0].Version == other.Playbooks[0].Version {
		t.Error("the version is that of the document")
	}
}

func TestDefaults(t *testing.T) {
	pb := load(t, small).Playbooks[0]
	st := pb.Steps[0]
	switch {
	case pb.Lateness != 600_000 || pb.Ends != 365*86_400_000 || pb.SendMissed || pb.Priority != nil:
		t.Errorf("%+v", pb)
	case pb.Again.Kind != playbook.AgainNever || pb.Start.Existing != playbook.ExistingIgnore:
		t.Errorf("%+v %+v", pb.Again, pb.Start)
	case st.Expires != 7*86_400_000 || st.Timing != playbook.TimingStart || st.To.All[0][0].Kind != playbook.ToUser:
		t.Errorf("%+v", st)
	}
}

func TestTimingsAndRecipients(t *testing.T) {
	bu := load(t, `playbook: p
for: each account
class: billing
to: role("owner") or role("admin")
start: {event: [invoice_paid, plan_changed]}
again: after idle(login) >= 3d
steps:
  - {id: b, after: a + 2d, send: x, via: {all: [email, in_app]}}
  - {id: a, after: 1d, task: x, to: [team("csm"), start.user_id]}
  - {id: c, at: start.time + 3d, notify: x, to: channel("#x"), data: {paid: start.amount, z: true, a: 20%}, expires: 1h, priority: 10}
  - {id: d, at: start.day, request: x, category: news}
ends: 30d
`)
	pb := bu.Playbooks[0]
	b, a, c, d := pb.Steps[0], pb.Steps[1], pb.Steps[2], pb.Steps[3]
	switch {
	case b.Timing != playbook.TimingAfterStep || b.AfterStep != 1 || b.After != 2*86_400_000 || !b.ViaAll || len(b.Via) != 2:
		t.Errorf("%+v", b)
	case len(b.To.All) != 1 || len(b.To.All[0]) != 2 || b.To.All[0][1].Name != "admin":
		t.Errorf("%+v", b.To)
	case len(a.To.All) != 2 || a.To.All[1][0].Kind != playbook.ToPath || a.To.All[1][0].Path == nil:
		t.Errorf("%+v", a.To)
	case c.Expires != 3_600_000 || len(c.Data) != 3 || c.Data[0].Name != "a" || c.Data[1].Name != "paid":
		t.Errorf("%+v", c)
	case d.At.Type.String() != "time" || d.To.All[0][0].Kind != playbook.ToAccount || d.Category != "news":
		t.Errorf("%+v", d)
	case len(pb.Captures) != 3 || len(pb.Captures[0].Read) != 2:
		t.Errorf("%+v", pb.Captures)
	case pb.Again.Kind != playbook.AgainAfter || pb.Again.When == nil:
		t.Errorf("%+v", pb.Again)
	case strings.Join(bu.Roles, " ") != "admin owner":
		t.Errorf("%v", bu.Roles)
	}
}

func TestMatchGivesEveryNameOfAnEventInFileOrder(t *testing.T) {
	bu := load(t, small)
	f := bu.NewFrame(nil)
	for _, tc := range []struct{ kind, typ, feature, want string }{
		{"user_action", "signed_in", "", "login activity user_action"},
		{"user_action", "feature_used", "sso", "feature_used power_used activity user_action"},
		{"user_action", "feature_used", "chat", "feature_used activity user_action"},
		{"user_action", "unknown", "", "user_action"},
		{"billing", "subscription_canceled", "", "billing billing.subscription_canceled"},
		{"support", "ticket_opened", "", ""},
	} {
		ev := &schemas.Event{Type: tc.typ, Account: "a1"}
		for kind := schemas.KindProfile; kind <= schemas.KindReceipt; kind++ {
			if kind.String() == tc.kind {
				ev.Kind = kind
			}
		}
		if tc.feature != "" {
			ev.Own = []schemas.Field{{Name: "feature", Value: schemas.Value{Kind: schemas.String, Text: tc.feature}}}
		}
		if got := eventNames(bu.Match(ev, f, nil)); got != tc.want {
			t.Errorf("%s.%s: %q, want %q", tc.kind, tc.typ, got, tc.want)
		}
	}
}

func eventNames(defs []*lang.EventDef) string {
	names := make([]string, len(defs))
	for i, de := range defs {
		names[i] = de.Name
	}
	return strings.Join(names, " ")
}

func TestMatchAllocatesNothing(t *testing.T) {
	bu := load(t, small)
	f := bu.NewFrame(nil)
	ev := &schemas.Event{Kind: schemas.KindUserAction, Type: "feature_used", Own: []schemas.Field{{Name: "feature", Value: schemas.Value{Kind: schemas.String, Text: "sso"}}}}
	dst := make([]*lang.EventDef, 0, 16)
	if n := testing.AllocsPerRun(100, func() { dst = bu.Match(ev, f, dst[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLoad: no text makes the loader fall over, and a refusal always has a place.
func FuzzLoad(f *testing.F) {
	f.Add(words)
	f.Add(words + "---\n" + small)
	examples, _ := filepath.Glob("testdata/examples/*.yaml")
	for _, file := range examples {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(words + "---\n" + string(text))
		}
	}
	f.Add("bundle: {a: [b, c: d]}\n")
	f.Add("bundle: x\nevents: {a: *b, <<: c, ? [x]: y}\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		var list playbook.Errors
		if err == nil {
			return
		}
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("%v", err)
		}
		for _, problem := range list {
			if problem.Line < 1 || problem.Column < 0 || problem.Text == "" {
				t.Fatalf("%+v", problem)
			}
		}
	})
}

func TestSlotsAreNamedByWhatTheyRead(t *testing.T) {
	bu := load(t, strings.Replace(small, "send: x", "send: x, if: total(power_used) > sum(api_call.calls) and has(activity)", 1))
	want := []string{
		`last(user_action.signed_in)`, // total and idle of the metrics come first
		`total(user_action.feature_used where (in event.feature "sso" "api"))`, `sum(user_action.api_called#count:int)`,
		`last(any(user_action.signed_in or user_action.feature_used))`,
	}
	var got []string
	for _, slot := range bu.Slots {
		got = append(got, slot.Name)
	}
	for _, name := range want {
		if !strings.Contains(strings.Join(got, "\n")+"\n", name+"\n") {
			t.Errorf("no slot %s in %q", name, got)
		}
	}
}

// A condition on an event holds for what is derived from it.
func TestConditionsAddUp(t *testing.T) {
	bu, err := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(`bundle: b
events:
  used: user_action.feature_used
  some: {from: used, where: event.feature != "chat"}
  early: {from: some, where: event.time < event.time + 1h and event.count > 1}
  either: {any: [some, early]}
  loud: {from: either, where: event.count > 5}
`)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		feature string
		count   int64
		want    string
	}{{"chat", 9, "used user_action"}, {"sso", 1, "used some either user_action"}, {"sso", 2, "used some early either user_action"}, {"sso", 9, "used some early either loud user_action"}} {
		ev := &schemas.Event{Kind: schemas.KindUserAction, Type: "feature_used", Count: tc.count, Own: []schemas.Field{{Name: "feature", Value: schemas.Value{Kind: schemas.String, Text: tc.feature}}}}
		if got := eventNames(bu.Match(ev, bu.NewFrame(nil), nil)); got != tc.want {
			t.Errorf("%s %d: %s, want %s", tc.feature, tc.count, got, tc.want)
		}
	}
}

// Two facts whose cells hash to one key are refused: their values would overwrite each other.
func TestCollidingCellsAreRefused(t *testing.T) {
	seen := map[uint32]string{}
	for i := 0; ; i++ {
		name := "f" + strconv.Itoa(i)
		key := topology.Key("fact." + name + ":int")
		other, taken := seen[key]
		if !taken {
			seen[key] = name
			continue
		}
		text := "bundle: b\nfacts: {account: {" + other + ": int, " + name + ": int}}\n"
		_, err := playbook.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		want := "a.yaml:1:1: the fact " + other + " (int) and the fact " + name + " (int) have the same cell key; rename a field or condition of one of them"
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		return
	}
}

func TestDescribeNamesEveryTiming(t *testing.T) {
	bu := load(t, `playbook: p
for: each user
class: internal
start: {event: [login, feature_used]}
again: after has(api_call)
steps: [{id: a, send: x, after: 1d}, {id: b, task: y, after: a + 2h}, {id: c, notify: z, at: start.time + 3d}]
---
playbook: q
for: each user
class: internal
start: {when: has(login)}
again: always
steps: [{id: a, send: x}]
`)
	want := `p: each user, internal, starts at login or feature_used, again after has(api_call); a (send x) after 1d, b (task y) 2h after a, c (notify z) at start.time + 3d
q: each user, internal, starts when has(login), again always; a (send x)
`
	if got := bu.Describe(); !strings.HasSuffix(got, want) {
		t.Errorf("%s", got)
	}
}
