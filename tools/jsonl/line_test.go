package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestALineIsSplitIntoTopicAndEvent(t *testing.T) {
	f := func(text, topic, value string) {
		t.Helper()
		ln, err := Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if ln.Topic != topic || string(ln.Value) != value {
			t.Errorf("%s: %q %s; want %q %s", text, ln.Topic, ln.Value, topic, value)
		}
	}
	f(`{"a":1}`, "", `{"a":1}`)
	f(`{}`, "", `{}`)
	f(`{"kafka_topic":"t"}`, "t", `{}`)
	f(`{"kafka_topic":"t","a":1.50}`, "t", `{"a":1.50}`)
	f(`{ "kafka_topic" : "t" , "a":1}`, "t", `{  "a":1}`)
	f(`{"a":{"kafka_topic":7} , "kafka_topic":"t"}`, "t", `{"a":{"kafka_topic":7} }`)
	f(`{"a":[1, 2],"kafka_topic":"t","b":"\u00e4"}`, "t", `{"a":[1, 2],"b":"\u00e4"}`)
	f(`{"kafka\u005ftopic":"t","a":1}`, "t", `{"a":1}`)
}

func TestAWrongLineSaysWhatIsWrong(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
	f(`hello`, "broken JSON near byte 0: invalid character 'h'")
	f(`{"a":1`, "broken JSON: the line ends in the middle of the object")
	f(`{"a"`, "broken JSON: the line ends in the middle of the object")
	f(`{"a":`, "broken JSON: the line ends in the middle of the object")
	f(`{"a":nope}`, "broken JSON near byte")
	f(`{"a":1 "b":2}`, "broken JSON near byte")
	f(`{"a":1,}`, "broken JSON near byte")
	f(`{"a":1]`, "broken JSON")
	f(`[1]`, "not a JSON object")
	f(`{"a":1} {"b":2}`, "there is more after the JSON object")
	f(`{"a":1}x`, "there is more after the JSON object")
	f(`{"kafka_topic":7}`, "kafka_topic is 7: want the name of a topic")
	f(`{"kafka_topic":""}`, `kafka_topic is "": want the name of a topic`)
	f(`{"kafka_topic":"a","kafka_topic":"b"}`, "kafka_topic is given twice")
}

func TestCloudEventsAreTold(t *testing.T) {
	for text, want := range map[string]bool{`{"specversion":"1.0"}`: true, `{"a":{"specversion":"1.0"}}`: false} {
		if ln, err := Parse([]byte(text)); err != nil || ln.Structured != want {
			t.Errorf("%s: structured %v, %v; want %v", text, ln.Structured, err, want)
		}
	}
}

// The topic may stand anywhere among the fields, and nothing else of the object changes.
func TestTheTopicLeavesNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.MapOf(rapid.String(), rapid.OneOf(rapid.Int().AsAny(), rapid.String().AsAny(), rapid.Bool().AsAny())).Draw(t, "fields")
		delete(fields, TopicField)
		names := slices.Sorted(maps.Keys(fields))
		place := rapid.IntRange(0, len(names)).Draw(t, "place of the topic")
		blank := rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "blank")
		names = slices.Insert(names, place, TopicField)
		fields[TopicField] = "t"
		var parts []string
		for _, name := range names {
			parts = append(parts, mustJSON(name)+blank+":"+blank+mustJSON(fields[name]))
		}
		ln, err := Parse([]byte("{" + blank + strings.Join(parts, blank+","+blank) + blank + "}"))
		if err != nil {
			t.Fatal(err)
		}
		delete(fields, TopicField)
		var got map[string]any
		dec := json.NewDecoder(bytes.NewReader(ln.Value))
		dec.UseNumber()
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("%s: %v", ln.Value, err)
		}
		if ln.Topic != "t" || mustJSON(got) != mustJSON(fields) {
			t.Fatalf("%q %s; want t %s", ln.Topic, ln.Value, mustJSON(fields))
		}
	})
}

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"kafka_topic":"t","a":1}`))
	f.Add([]byte(`{"a":{"b":[1,2]},"kafka_topic":"t"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		ln, err := Parse(text)
		if err == nil && !json.Valid(ln.Value) {
			t.Errorf("%q became %q, which is not JSON", text, ln.Value)
		}
		if err == nil && !json.Valid(text) {
			t.Errorf("%q was taken though it is not JSON", text)
		}
	})
}

func TestLinesOfAText(t *testing.T) {
	long := strings.Repeat("x", MaxLineBytes+1)
	text := NewLines(strings.NewReader("\xef\xbb\xbf{1}\r\n\n  {3}\n" + long + "\n{5}\n" + long))
	var got []string
	for {
		raw, err := text.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text.TooLong {
			raw = []byte("too long")
		}
		got = append(got, fmt.Sprintf("%d:%s", text.Number, raw))
	}
	if want := "1:{1} 2: 3:{3} 4:too long 5:{5} 6:too long"; strings.Join(got, " ") != want {
		t.Errorf("lines %q; want %q", got, want)
	}
	if want := int64(3 + 5 + 1 + 6 + 2*len(long) + 1 + 4); text.Bytes != want {
		t.Errorf("%d bytes read; want %d", text.Bytes, want)
	}
}
