package avro

import "holdfast/schemas"

// AppendDecision appends the value of a decision.
func (en *Encoder) AppendDecision(dst []byte, de *schemas.Decision) ([]byte, error) {
	ou := en.begin(dst, "Decision")
	ou.text(de.AccountID)
	ou.optText(de.UserID)
	ou.text(de.Playbook)
	ou.optText(de.EpisodeID)
	ou.optText(de.Step)
	ou.text(de.Outcome)
	ou.text(de.Code)
	ou.text(de.Text)
	ou.optText(de.IntentID)
	ou.long(de.DecidedAt)
	ou.text(de.BundleVersion)
	ou.optText(de.Key)
	ou.optLong(de.DueAt, de.HasDue)
	ou.optText(de.Winner)
	return ou.end("Decision")
}

// AppendSignal appends the value of a signal.
func (en *Encoder) AppendSignal(dst []byte, si *schemas.Signal) ([]byte, error) {
	ou := en.begin(dst, "Signal")
	ou.text(si.AccountID)
	ou.optText(si.UserID)
	ou.text(si.Name)
	ou.optText(si.Text)
	ou.optDouble(si.Number, si.HasNumber)
	ou.optText(si.Previous)
	ou.long(si.Since)
	ou.long(si.ChangedAt)
	ou.items(len(si.Drivers), func(i int) {
		ou.text(si.Drivers[i].Measure)
		ou.double(si.Drivers[i].Points)
		ou.double(si.Drivers[i].Was)
		ou.text(si.Drivers[i].Text)
	})
	ou.properties(si.Columns)
	ou.flag(si.Closed)
	ou.text(si.BundleVersion)
	return ou.end("Signal")
}

// AppendDeadLetter appends the value of a dead letter. It never fails: whatever a dead letter holds can be written.
func (en *Encoder) AppendDeadLetter(dst []byte, dl *schemas.DeadLetter) ([]byte, error) {
	record := dl.Topic != "" // else a timer
	ou := en.begin(dst, "DeadLetter")
	ou.long(int64(dl.Task))
	ou.long(dl.Sequence)
	ou.text(dl.Stage)
	ou.text(dl.Code)
	ou.text(dl.Text)
	ou.optText(dl.Topic)
	ou.optLong(int64(dl.Partition), record)
	ou.optLong(dl.Offset, record)
	ou.optLong(dl.Timestamp, record)
	ou.optBlob(dl.Key)
	ou.optBlob(dl.Value)
	ou.items(len(dl.Headers), func(i int) {
		ou.text(dl.Headers[i].Key)
		ou.optBlob(dl.Headers[i].Value)
	})
	ou.optText(dl.AccountID)
	ou.optText(dl.UserID)
	ou.optText(dl.Playbook)
	ou.optText(dl.Step)
	ou.optLong(dl.DueAt, dl.HasDue)
	ou.long(dl.At)
	ou.text(dl.BundleVersion)
	ou.optText(dl.Stack)
	return ou.end("DeadLetter")
}

// AppendManifest appends the value of a manifest.
func (en *Encoder) AppendManifest(dst []byte, ma *schemas.Manifest) ([]byte, error) {
	ou := en.begin(dst, "Manifest")
	ou.text(ma.App)
	ou.long(int64(ma.Task))
	ou.long(ma.Sequence)
	ou.text(ma.Mode)
	ou.text(ma.BundleHash)
	ou.long(ma.BundleRevision)
	ou.text(ma.CodeVersion)
	ou.text(ma.TzdataVersion)
	ou.long(ma.WallTime)
	ou.long(ma.ClockBefore)
	ou.long(ma.ClockAfter)
	ou.long(ma.Watermark)
	ou.optPointer(ma.Until)
	ou.items(len(ma.Inputs), func(i int) { ou.inputRange(&ma.Inputs[i]) })
	ou.items(len(ma.Order), func(i int) { ou.long(int64(ma.Order[i])) })
	for _, count := range []int64{ma.Records, ma.Duplicates, ma.Late, ma.Clamped, ma.Dead,
		ma.Timers, ma.TimersFailed, ma.Intents, ma.Decisions, ma.Signals} {
		ou.long(count)
	}
	ou.blob(ma.OutputsDigest)
	ou.texts(ma.FrozenInputs)
	ou.texts(ma.Controls)
	return ou.end("Manifest")
}

func (ou *out) inputRange(in *schemas.InputRange) {
	ou.text(in.Topic)
	ou.long(int64(in.Partition))
	ou.long(in.FromOffset)
	ou.long(in.ToOffset)
	ou.optPointer(in.HighestEventTime)
	ou.optPointer(in.CaughtUpAsOf)
	ou.flag(in.Paused)
}

// AppendErasure appends the value of an erasure request.
func (en *Encoder) AppendErasure(dst []byte, er *schemas.Erasure) ([]byte, error) {
	ou := en.begin(dst, "Erasure")
	ou.text(er.RequestID)
	ou.text(er.AccountID)
	ou.optText(er.UserID)
	ou.long(er.RequestedAt)
	return ou.end("Erasure")
}

// AppendControl appends the value of a command.
func (en *Encoder) AppendControl(dst []byte, co *schemas.Control) ([]byte, error) {
	ou := en.begin(dst, "Control")
	ou.text(co.ID)
	ou.text(co.Verb)
	ou.optText(co.Playbook)
	ou.optText(co.AccountID)
	ou.optText(co.Argument)
	ou.text(co.IssuedBy)
	ou.long(co.IssuedAt)
	ou.optLong(co.ExpiresAt, co.ExpiresAt != 0)
	return ou.end("Control")
}
