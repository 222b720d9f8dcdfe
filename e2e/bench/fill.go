package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"holdfast/e2e/cluster"
	"holdfast/e2e/load"
)

const (
	partitions = 4
	days       = 30
)

// fill writes the events, in the order of their time.
func fill(ctx context.Context, se settings, broker *cluster.Broker) error {
	schema, err := register(ctx, se, broker)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(broker.Addr()), kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	if err != nil {
		return fmt.Errorf("make producer: %w", err)
	}
	defer client.Close()
	var failed kgo.FirstErrPromise
	chance := rand.New(rand.NewPCG(5, 0x62656e6368))
	accounts := rand.NewZipf(chance, 1.1, 1, uint64(se.accounts-1))
	step := int64(days*24*time.Hour/time.Millisecond) / int64(se.events)
	for i := range se.events {
		account := fmt.Sprintf("account-%06d", accounts.Uint64())
		event := appendEvent(binary.BigEndian.AppendUint32([]byte{0}, schema), account, chance, i, load.BusinessStart.UnixMilli()+int64(i)*step)
		client.Produce(ctx, &kgo.Record{Topic: load.UserActions, Key: []byte(account), Value: event}, failed.Promise())
	}
	if err := client.Flush(ctx); err != nil {
		return fmt.Errorf("flush events: %w", err)
	}
	return failed.Err()
}

// appendEvent writes one UserAction in the field order of its schema.
func appendEvent(to []byte, account string, chance *rand.Rand, number int, atMillis int64) []byte {
	kinds := []string{"signed_in", "feature_used", "feature_used", "page_viewed"}
	features := []string{"export", "dashboard", "automation", "report"}
	to = text(to, fmt.Sprintf("%016x", uint64(number)*0x9e3779b97f4a7c15))
	to = text(to, "product")
	to = text(to, kinds[chance.IntN(len(kinds))])
	to = binary.AppendVarint(to, atMillis)
	to = null(to) // received_at
	to = text(to, account)
	to = text(some(to), fmt.Sprintf("user-%d", chance.IntN(3)))
	to = append(to, 0, 0) // backfill, test
	to = null(to)         // trace_parent
	to = properties(to, chance)
	to = binary.AppendVarint(to, 1) // count
	to = null(to)                   // object_id
	to = text(some(to), features[chance.IntN(len(features))])
	return null(null(to)) // time_zone, locale
}

// properties writes a map of two entries: a text and a number.
func properties(to []byte, chance *rand.Rand) []byte {
	to = binary.AppendVarint(to, 2)
	to = text(binary.AppendVarint(text(to, "plan"), 4), "growth")
	to = binary.AppendVarint(binary.AppendVarint(text(to, "seats"), 2), chance.Int64N(50))
	return binary.AppendVarint(to, 0)
}

// The union [null, T]: branch 0 or branch 1.
func null(to []byte) []byte { return binary.AppendVarint(to, 0) }
func some(to []byte) []byte { return binary.AppendVarint(to, 1) }

func text(to []byte, word string) []byte {
	return append(binary.AppendVarint(to, int64(len(word))), word...)
}

// register registers the schema of user actions as a producer would.
func register(ctx context.Context, se settings, broker *cluster.Broker) (uint32, error) {
	schema, err := os.ReadFile(filepath.Join(se.root, "schemas", "avsc", "UserAction.avsc"))
	if err != nil {
		return 0, fmt.Errorf("read schema: %w", err)
	}
	body, err := json.Marshal(map[string]string{"schema": string(schema)})
	if err != nil {
		return 0, fmt.Errorf("wrap schema: %w", err)
	}
	url := broker.RegistryURL() + "/subjects/" + load.UserActions + "-value/versions"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("register schema: %w", err)
	}
	defer response.Body.Close()
	var answer struct{ ID uint32 }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("register schema: status %d: %w", response.StatusCode, err)
	}
	return answer.ID, nil
}
