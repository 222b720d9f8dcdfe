package iana

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Every zone of the database loads under its name.
func TestEveryZoneLoads(t *testing.T) {
	names, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 590 || !slices.Contains(names, "America/Argentina/Buenos_Aires") {
		t.Fatalf("%d zones", len(names))
	}
	for _, name := range names {
		zone, err := Load(name)
		if err != nil || zone.String() != name {
			t.Errorf("%s: %v, %v", name, zone, err)
		}
	}
}

// What no zone is called is refused: the zone of the machine, nothing, a folder, a path.
func TestWhatIsNoZone(t *testing.T) {
	for _, name := range []string{"Local", "", "Europe", "Europe/", "Mars/Base", "../Europe/Berlin", "/etc/localtime", "europe/berlin"} {
		if zone, err := Load(name); err == nil || !strings.Contains(err.Error(), "is no zone of the IANA database "+Release) {
			t.Errorf("%q: %v, %v", name, zone, err)
		}
	}
}

// The zones are those of the program, not of the machine.
func TestTheMachineIsNotAsked(t *testing.T) {
	t.Setenv("ZONEINFO", t.TempDir())
	zone, err := Load("America/Nuuk")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 28, 22, 59, 59, 0, zone).Add(time.Second)
	if text := at.Format(time.RFC3339); text != "2026-03-29T00:00:00-01:00" {
		t.Errorf("one second after 22:59:59 is %s", text)
	}
}

// UTC is the one that arithmetic takes short cuts for.
func TestUTC(t *testing.T) {
	if zone, err := Load("UTC"); err != nil || zone != time.UTC {
		t.Errorf("%v, %v", zone, err)
	}
}
