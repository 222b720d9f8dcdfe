package jsonl

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLineBytes is what a broker takes by default, so a longer line could not become a record.
const MaxLineBytes = 1 << 20

// Lines reads a text line by line. Unlike bufio.Scanner it goes on after a line that is too long.
type Lines struct {
	in      *bufio.Reader
	text    []byte
	Number  int64 // of the line that Next gave, from 1
	Bytes   int64 // read so far
	TooLong bool  // the line is cut
}

// NewLines begins at the first line.
func NewLines(in io.Reader) *Lines { return &Lines{in: bufio.NewReaderSize(in, 64<<10)} }

// Next gives the next line, valid until the call after, without its end; io.EOF after the last.
func (ls *Lines) Next() ([]byte, error) {
	ls.text, ls.TooLong = ls.text[:0], false
	for {
		piece, err := ls.in.ReadSlice('\n')
		ls.Bytes += int64(len(piece))
		if len(ls.text)+len(piece) > MaxLineBytes {
			ls.TooLong = true
		} else {
			ls.text = append(ls.text, piece...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(ls.text) > 0 || ls.TooLong):
			err = nil // the last line has no end
		}
		if err != nil {
			return nil, err
		}
		ls.Number++
		return ls.trim(), nil
	}
}

// trim drops blanks around a line and the mark that Windows puts before a file.
func (ls *Lines) trim() []byte {
	text := ls.text
	if ls.Number == 1 {
		text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	}
	return bytes.TrimSpace(text)
}
