package read

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// kcatFormat is one line a record: partition, offset, key, headers.
const kcatFormat = `%p\t%o\t%k\t%h\n`

// Kcat reads a topic from its beginning to its last stable offset with kcat.
func Kcat(ctx context.Context, broker, topic string) ([]Record, error) {
	cmd := exec.CommandContext(ctx, "kcat", "-q", "-b", broker, "-C", "-t", topic, "-o", "beginning", "-e",
		"-X", "isolation.level=read_committed", "-f", kcatFormat)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("read %s with kcat: %w: %s", topic, err, stderr.String())
	}
	return parseKcat(string(out))
}

func parseKcat(text string) ([]Record, error) {
	var records []Record
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		re, err := parseKcatLine(line)
		if err != nil {
			return nil, fmt.Errorf("parse line %d of kcat: %w", number+1, err)
		}
		records = append(records, re)
	}
	return records, nil
}

func parseKcatLine(line string) (Record, error) {
	columns := strings.Split(line, "\t")
	if len(columns) != 4 {
		return Record{}, fmt.Errorf("%q has %d columns, want 4", line, len(columns))
	}
	partition, err := strconv.ParseInt(columns[0], 10, 32)
	if err != nil {
		return Record{}, fmt.Errorf("read partition: %w", err)
	}
	offset, err := strconv.ParseInt(columns[1], 10, 64)
	if err != nil {
		return Record{}, fmt.Errorf("read offset: %w", err)
	}
	return Record{Partition: int32(partition), Offset: offset, Key: columns[2], Headers: parseKcatHeaders(columns[3])}, nil
}

// parseKcatHeaders reads key=value,key=value; a piece without = belongs to the value before it.
func parseKcatHeaders(text string) map[string]string {
	headers := map[string]string{}
	last := ""
	for _, piece := range strings.Split(text, ",") {
		key, value, found := strings.Cut(piece, "=")
		if found {
			headers[key], last = value, key
		} else if last != "" {
			headers[last] += "," + piece
		}
	}
	return headers
}
