package state

// overlay holds the subjects that the open transaction has touched, and what the current record or timer changed.
//
// Undo of one record: the first write to a subject after a savepoint puts an image of it aside, its cells and the
// length of its blob (which only grows). A rollback copies the images back.
type overlay struct {
	index    table
	subjects []*Subject // pooled; the first n are in use
	n        int
	epoch    uint32 // counts savepoints
	images   []image
	cells    []cell // of all images
	spare    []byte // for compaction of blobs
}

// image is a subject before the first write after the savepoint.
type image struct {
	subject  *Subject
	from, to int // of overlay.cells
	blob     int
	live     int
	flip     int64
	dirty    bool
}

const keptBlob = 64 << 10 // buffers larger than this are not kept in the pool

// keyOf is for the index.
func (ov *overlay) keyOf(ref uint32) []byte { return ov.subjects[ref-1].key }

func (ov *overlay) find(hash uint32, key []byte) *Subject {
	ref := ov.index.find(hash, key, ov)
	if ref == 0 {
		return nil
	}
	return ov.subjects[ref-1]
}

// add puts in a subject that is not there, with an empty record.
func (ov *overlay) add(hash uint32, key []byte, by owner) *Subject {
	if ov.n == len(ov.subjects) {
		ov.subjects = append(ov.subjects, &Subject{})
	}
	su := ov.subjects[ov.n]
	su.record.reset()
	*su = Subject{record: su.record, key: append(su.key[:0], key...), hash: hash, owner: by, before: NoWake}
	ov.n++
	ov.index.add(hash, uint32(ov.n))
	return su
}

// drop takes out the subject that was added last.
func (ov *overlay) drop() {
	ov.index.remove(ov.subjects[ov.n-1].hash, uint32(ov.n))
	ov.n--
}

// used are the subjects of the transaction.
func (ov *overlay) used() []*Subject { return ov.subjects[:ov.n] }

func (ov *overlay) savepoint() {
	ov.epoch++
	ov.images, ov.cells = ov.images[:0], ov.cells[:0]
}

// save puts the image of a subject aside, once per savepoint.
func (ov *overlay) save(su *Subject) {
	if su.epoch == ov.epoch {
		return
	}
	su.epoch = ov.epoch
	re := &su.record
	if re.wasteful() { // no image refers to this blob: the ones of this savepoint are of other subjects
		ov.spare = re.compact(ov.spare)
	}
	from := len(ov.cells)
	ov.cells = append(ov.cells, re.cells...)
	ov.images = append(ov.images, image{subject: su, from: from, to: len(ov.cells), blob: len(re.blob), live: re.live, flip: re.flip, dirty: su.dirty})
	su.dirty = true
}

// rollback restores every image; f is told of the subjects whose wake came back.
func (ov *overlay) rollback(f func(*Subject)) {
	for _, im := range ov.images {
		su := im.subject
		re := &su.record
		re.cells = append(re.cells[:0], ov.cells[im.from:im.to]...)
		re.places.build(re.cells)
		re.blob, re.live = re.blob[:im.blob], im.live
		su.dirty = im.dirty
		if re.flip != im.flip {
			re.flip = im.flip
			f(su)
		}
	}
	ov.savepoint()
}

// reset ends the transaction.
func (ov *overlay) reset() {
	for _, su := range ov.used() {
		if cap(su.record.blob) > keptBlob {
			su.record = Record{}
		}
	}
	if cap(ov.spare) > keptBlob {
		ov.spare = nil
	}
	ov.n = 0
	ov.index.clear()
	ov.savepoint()
}
