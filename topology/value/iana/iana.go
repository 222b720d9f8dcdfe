// Package iana has the time zones of the IANA database, as one file in the program.
//
// The zones are part of what makes a result: two processes must agree on when it is nine in the morning in Santiago,
// whatever their machines have. time.LoadLocation asks the machine first, also where time/tzdata is linked in. So the
// file that Go ships (GOROOT/lib/time/zoneinfo.zip, public domain) is kept here and nothing else is asked; `make zones`
// takes that of the installed Go.
package iana

import (
	"archive/zip"
	"bytes"
	_ "embed" // the database
	"fmt"
	"io"
	"strings"
	"time"
)

// Release is that of the database: `tzdata_version` of every manifest.
const Release = "2025c"

//go:embed zoneinfo.zip
var database []byte

// Load is the zone of that name: Europe/Berlin, UTC. It reads the database each time; who asks often keeps the answer.
func Load(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	archive, err := open()
	if err != nil {
		return nil, err
	}
	for _, file := range archive.File {
		if file.Name == name && !isFolder(name) {
			return read(file)
		}
	}
	return nil, fmt.Errorf("%q is no zone of the IANA database %s", name, Release)
}

// Names are those of all zones, in the order of the file, links too.
func Names() ([]string, error) {
	archive, err := open()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range archive.File {
		if !isFolder(file.Name) {
			names = append(names, file.Name)
		}
	}
	return names, nil
}

func open() (*zip.Reader, error) {
	archive, err := zip.NewReader(bytes.NewReader(database), int64(len(database)))
	if err != nil {
		return nil, fmt.Errorf("open the zones of the program: %w", err)
	}
	return archive, nil
}

func isFolder(name string) bool { return strings.HasSuffix(name, "/") }

func read(file *zip.File) (*time.Location, error) {
	content, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("open zone %s: %w", file.Name, err)
	}
	defer content.Close()
	text, err := io.ReadAll(content)
	if err != nil {
		return nil, fmt.Errorf("read zone %s: %w", file.Name, err)
	}
	zone, err := time.LoadLocationFromTZData(file.Name, text)
	if err != nil {
		return nil, fmt.Errorf("read zone %s: %w", file.Name, err)
	}
	return zone, nil
}
