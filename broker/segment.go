package broker

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// partition is one partition's folder: kafka/partitions/TOPIC-NUMBER with a file OFFSET.dat for each segment.
type partition struct {
	topic    string
	number   int32
	segments []string // in the order of their offsets
}

// batch is what recovery needs of a record batch: the fixed part of Kafka's format v2.
type batch struct {
	segment       string
	at            int64 // in the file
	stampMillis   int64
	producer      int64
	epoch         int16
	transactional bool
	control       bool
	commit        bool // of a control batch
}

// Places in a record batch, and bits of its attributes.
const (
	batchLengthAt     = 8
	batchAttributesAt = 21
	batchStampAt      = 27
	batchProducerAt   = 43
	batchEpochAt      = 51
	batchHeaderBytes  = 61
	batchPrefixBytes  = 12 // offset and length, which the length does not count
	transactionalBit  = 0x10
	controlBit        = 0x20
	commitMarker      = 1
)

func listPartitions(kafkaDir string) ([]partition, error) {
	root := filepath.Join(kafkaDir, "partitions")
	folders, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the partitions: %w", err)
	}
	var all []partition
	for _, folder := range folders {
		cut := strings.LastIndexByte(folder.Name(), '-')
		if cut < 0 {
			continue
		}
		number, err := strconv.ParseInt(folder.Name()[cut+1:], 10, 32)
		topic, escapeErr := url.PathUnescape(folder.Name()[:cut])
		if err != nil || escapeErr != nil {
			continue
		}
		segments, err := listSegments(filepath.Join(root, folder.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, partition{topic: topic, number: int32(number), segments: segments})
	}
	return all, nil
}

func listSegments(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list the segments: %w", err)
	}
	var bases []int64
	for _, file := range files {
		base, err := strconv.ParseInt(strings.TrimSuffix(file.Name(), ".dat"), 10, 64)
		if err == nil && strings.HasSuffix(file.Name(), ".dat") {
			bases = append(bases, base)
		}
	}
	slices.Sort(bases)
	paths := make([]string, len(bases))
	for i, base := range bases {
		paths[i] = filepath.Join(dir, fmt.Sprintf("%d.dat", base))
	}
	return paths, nil
}

// each gives every whole batch of the partition in order. It reads heads and skips records.
func (pa partition) each(f func(batch)) error {
	for _, path := range pa.segments {
		if err := eachBatch(path, f); err != nil {
			return fmt.Errorf("read segment %s: %w", path, err)
		}
	}
	return nil
}

func eachBatch(path string, f func(batch)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	in := bufio.NewReaderSize(file, 256<<10)
	for at := int64(0); ; {
		head, err := in.Peek(batchHeaderBytes)
		if errors.Is(err, io.EOF) {
			return nil // the end, or a batch that was cut short and that kfake drops
		}
		if err != nil {
			return err
		}
		size := batchPrefixBytes + int64(binary.BigEndian.Uint32(head[batchLengthAt:]))
		ba := readHead(head)
		ba.segment, ba.at = path, at
		if size < batchHeaderBytes {
			return nil
		}
		if err := readRest(in, int(size), &ba); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return err
		}
		f(ba)
		at += size
	}
}

func readHead(head []byte) batch {
	attributes := binary.BigEndian.Uint16(head[batchAttributesAt:])
	return batch{
		stampMillis:   int64(binary.BigEndian.Uint64(head[batchStampAt:])),
		producer:      int64(binary.BigEndian.Uint64(head[batchProducerAt:])),
		epoch:         int16(binary.BigEndian.Uint16(head[batchEpochAt:])),
		transactional: attributes&transactionalBit != 0,
		control:       attributes&controlBit != 0,
	}
}

// readRest takes the batch off the reader; of a control batch it reads what it says.
func readRest(in *bufio.Reader, size int, ba *batch) error {
	if !ba.control {
		_, err := in.Discard(size)
		return err
	}
	whole := make([]byte, size)
	if _, err := io.ReadFull(in, whole); err != nil {
		return err
	}
	var marker kmsg.Record
	if err := marker.ReadFrom(whole[batchHeaderBytes:]); err == nil && len(marker.Key) >= 4 {
		ba.commit = binary.BigEndian.Uint16(marker.Key[2:]) == commitMarker
	}
	return nil
}
