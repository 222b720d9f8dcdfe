package holdfast_test

import (
	"go/token"
	"slices"
	"testing"
)

// The readers behind the tests of pages, on texts where what they look for is known: one that stopped looking would
// find nothing wrong anywhere.

func TestEveryWayToStartAGoroutineIsSeen(t *testing.T) {
	so, err := parseSource(token.NewFileSet(), "room/file.go", `package room
func plain() { go work() }
func inner() { f := func() { go work() }; f() }
func group() { wg.Go(work) }
func later() { time.AfterFunc(second, work) }
func after() { context.AfterFunc(ctx, work) }
func none() { work(); gopher.Run() }
`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := starters(so), []string{"plain", "inner", "group", "later", "after"}; !slices.Equal(got, want) {
		t.Errorf("goroutines are started in %v, want %v", got, want)
	}
}

func TestEveryVersionConstantIsSeen(t *testing.T) {
	so, err := parseSource(token.NewFileSet(), "room/file.go", `package room
const recordVersion = 2
const (
	formSet, formDays = 1, 3
	magicByte         = 0xC3
	formatOfStore     = lib.Newest
	CodeUnknownFormat = "unknown_format"
	size              = 8
)
var otherVersion = 3
`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"`room/file.go` `formDays` `3`", "`room/file.go` `formSet` `1`", "`room/file.go` `formatOfStore` `lib.Newest`",
		"`room/file.go` `magicByte` `0xC3`", "`room/file.go` `recordVersion` `2`"}
	if got := versions([]*source{so}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTablesAndSectionsOfAPage(t *testing.T) {
	const page = "# Page\n\n## One\n\n| head | of |\n|---|---|\n| `a` | b |\n\n### Part\n\n| head |\n|---|\n| c |\n\n## Two\n\n| head |\n|---|\n| d |\n"
	for _, tc := range []struct {
		heading string
		want    []string // first cells
	}{{"## One", []string{"`a`", "c"}}, {"### Part", []string{"c"}}, {"## Two", []string{"d"}}, {"## Three", nil}} {
		var got []string
		for _, cells := range tableRows(section(page, tc.heading)) {
			got = append(got, cells[0])
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: rows %v, want %v", tc.heading, got, tc.want)
		}
	}
}
