// Package load makes the events that the suites publish: the CDNOW purchase log (real), and a simulated business with
// quiet spells, failed payments and growing usage (seeded). Events are lines of JSON as `holdfast publish` takes them.
package load

import (
	"bufio"
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Purchase is one line of the CDNOW log.
type Purchase struct {
	Line     int // number of the data line: the id of its event
	Customer string
	At       time.Time
	CDs      int
	Dollars  float64
}

// PurchasesEnd is the end of the data: the clock of the suites ends here, inclusive.
var PurchasesEnd = time.Date(1998, 6, 30, 0, 0, 0, 0, time.UTC)

// extract is every 47th customer of the sample: what the suite runs on when the data is not there.
//
//go:embed extract.txt
var extract string

// Extract returns the small log that is part of the repository, in date order.
func Extract() ([]Purchase, error) { return parse(strings.NewReader(extract)) }

// ReadPurchases reads CDNOW_master.txt or CDNOW_sample.txt from a folder and puts it in date order.
func ReadPurchases(folder, name string) ([]Purchase, error) {
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return nil, fmt.Errorf("open purchase log: %w", err)
	}
	defer file.Close()
	return parse(file)
}

// parse reads `customer date cds dollars`, or with another number before the customer (the sample). A header has no
// digits at its start and no number.
func parse(in io.Reader) ([]Purchase, error) {
	var all []Purchase
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		columns := strings.Fields(lines.Text())
		if len(columns) == 0 || columns[0] == "customer_id" {
			continue
		}
		pu, err := parseColumns(columns)
		if err != nil {
			return nil, fmt.Errorf("purchase %d (%q): %w", len(all)+1, lines.Text(), err)
		}
		pu.Line = len(all) + 1
		all = append(all, pu)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read purchase log: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Purchase) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Line, b.Line)) })
	return all, nil
}

func parseColumns(columns []string) (pu Purchase, err error) {
	if len(columns) == 5 {
		columns = append(columns[:1:1], columns[2:]...)
	}
	if len(columns) != 4 {
		return pu, fmt.Errorf("has %d columns, want 4 or 5", len(columns))
	}
	pu.Customer = columns[0]
	if pu.At, err = time.Parse("20060102", columns[1]); err != nil {
		return pu, fmt.Errorf("read date: %w", err)
	}
	if pu.CDs, err = strconv.Atoi(columns[2]); err != nil {
		return pu, fmt.Errorf("read number of CDs: %w", err)
	}
	if pu.Dollars, err = strconv.ParseFloat(columns[3], 64); err != nil {
		return pu, fmt.Errorf("read dollars: %w", err)
	}
	return pu, nil
}
