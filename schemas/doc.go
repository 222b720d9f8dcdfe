// Package schemas holds the records that every room speaks: the decoded input event, the output records, the topics
// with their policies, and the identities (dedupe keys, intent ids, partitions). It does no I/O; the bytes of the
// records are made and read by package schemas/avro from the .avsc files embedded here.
package schemas
