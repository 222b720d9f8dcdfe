package avro

import "holdfast/schemas"

// DecodeDecision reads a decision.
func (re *Reader) DecodeDecision(value []byte) (schemas.Decision, error) {
	ro, err := re.row(value, "Decision")
	if err != nil {
		return schemas.Decision{}, err
	}
	de := schemas.Decision{
		AccountID: ro.text("account_id"), UserID: ro.text("user_id"), Playbook: ro.text("playbook"),
		EpisodeID: ro.text("episode_id"), Step: ro.text("step"), Outcome: ro.text("outcome"), Code: ro.text("code"),
		Text: ro.text("text"), IntentID: ro.text("intent_id"), DecidedAt: ro.long("decided_at"),
		BundleVersion: ro.text("bundle_version"), Key: ro.text("key"), Winner: ro.text("winner"),
	}
	de.DueAt, de.HasDue = ro.optLong("due_at")
	return de, nil
}

// DecodeSignal reads a signal.
func (re *Reader) DecodeSignal(value []byte) (schemas.Signal, error) {
	ro, err := re.row(value, "Signal")
	if err != nil {
		return schemas.Signal{}, err
	}
	si := schemas.Signal{
		AccountID: ro.text("account_id"), UserID: ro.text("user_id"), Name: ro.text("name"), Text: ro.text("text"),
		Previous: ro.text("previous"), Since: ro.long("since"), ChangedAt: ro.long("changed_at"),
		Drivers: rows(ro, "drivers", driverOf), Columns: ro.fields("columns"), Closed: ro.flag("closed"),
		BundleVersion: ro.text("bundle_version"),
	}
	si.Number, si.HasNumber = ro.optDouble("number")
	return si, nil
}

func driverOf(ro row) schemas.Driver {
	return schemas.Driver{Measure: ro.text("measure"), Points: ro.double("points"), Was: ro.double("was"), Text: ro.text("text")}
}

// DecodeDeadLetter reads a dead letter.
func (re *Reader) DecodeDeadLetter(value []byte) (schemas.DeadLetter, error) {
	ro, err := re.row(value, "DeadLetter")
	if err != nil {
		return schemas.DeadLetter{}, err
	}
	dl := schemas.DeadLetter{
		Task: ro.int("task"), Sequence: ro.long("sequence"), Stage: ro.text("stage"), Code: ro.text("code"), Text: ro.text("text"),
		Topic: ro.text("topic"), Partition: ro.int("partition"), Offset: ro.long("offset"), Timestamp: ro.long("timestamp"),
		Key: ro.blob("key"), Value: ro.blob("value"), Headers: rows(ro, "headers", headerOf),
		AccountID: ro.text("account_id"), UserID: ro.text("user_id"), Playbook: ro.text("playbook"), Step: ro.text("step"),
		At: ro.long("at"), BundleVersion: ro.text("bundle_version"), Stack: ro.text("stack"),
	}
	dl.DueAt, dl.HasDue = ro.optLong("due_at")
	return dl, nil
}

func headerOf(ro row) schemas.Header {
	return schemas.Header{Key: ro.text("key"), Value: ro.blob("value")}
}

// DecodeManifest reads a manifest.
func (re *Reader) DecodeManifest(value []byte) (schemas.Manifest, error) {
	ro, err := re.row(value, "Manifest")
	if err != nil {
		return schemas.Manifest{}, err
	}
	return schemas.Manifest{
		App: ro.text("app"), Task: ro.int("task"), Sequence: ro.long("sequence"), Mode: ro.text("mode"),
		BundleHash: ro.text("bundle_hash"), BundleRevision: ro.long("bundle_revision"),
		CodeVersion: ro.text("code_version"), TzdataVersion: ro.text("tzdata_version"),
		WallTime: ro.long("wall_time"), ClockBefore: ro.long("clock_before"), ClockAfter: ro.long("clock_after"),
		Watermark: ro.long("watermark"), Until: ro.pointer("until"),
		Inputs: rows(ro, "inputs", inputRangeOf), Order: ro.ints("order"),
		Records: ro.long("records"), Duplicates: ro.long("duplicates"), Late: ro.long("late"), Clamped: ro.long("clamped"),
		Dead: ro.long("dead"), Timers: ro.long("timers"), TimersFailed: ro.long("timers_failed"),
		Intents: ro.long("intents"), Decisions: ro.long("decisions"), Signals: ro.long("signals"),
		OutputsDigest: ro.blob("outputs_digest"), FrozenInputs: ro.texts("frozen_inputs"), Controls: ro.texts("controls"),
	}, nil
}

func inputRangeOf(ro row) schemas.InputRange {
	return schemas.InputRange{
		Topic: ro.text("topic"), Partition: ro.int("partition"),
		FromOffset: ro.long("from_offset"), ToOffset: ro.long("to_offset"),
		HighestEventTime: ro.pointer("highest_event_time"), CaughtUpAsOf: ro.pointer("caught_up_as_of"), Paused: ro.flag("paused"),
	}
}

// DecodeErasure reads an erasure request.
func (re *Reader) DecodeErasure(value []byte) (schemas.Erasure, error) {
	ro, err := re.row(value, "Erasure")
	if err != nil {
		return schemas.Erasure{}, err
	}
	return schemas.Erasure{RequestID: ro.text("request_id"), AccountID: ro.text("account_id"), UserID: ro.text("user_id"),
		RequestedAt: ro.long("requested_at")}, nil
}

// DecodeControl reads a command.
func (re *Reader) DecodeControl(value []byte) (schemas.Control, error) {
	ro, err := re.row(value, "Control")
	if err != nil {
		return schemas.Control{}, err
	}
	return schemas.Control{ID: ro.text("id"), Verb: ro.text("verb"), Playbook: ro.text("playbook"),
		AccountID: ro.text("account_id"), Argument: ro.text("argument"), IssuedBy: ro.text("issued_by"),
		IssuedAt: ro.long("issued_at"), ExpiresAt: ro.long("expires_at")}, nil
}
