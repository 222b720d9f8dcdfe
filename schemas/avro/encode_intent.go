package avro

import "holdfast/schemas"

// AppendIntent appends the value of an intent.
func (en *Encoder) AppendIntent(dst []byte, mi *schemas.MessageIntent) ([]byte, error) {
	ou := en.begin(dst, "MessageIntent")
	ou.text(mi.IntentID)
	ou.text(mi.DedupeKey)
	ou.text(mi.Action)
	ou.optText(mi.Supersedes)
	ou.text(mi.Kind)
	ou.text(mi.AccountID)
	ou.text(mi.Recipient.Type)
	ou.optText(mi.Recipient.UserID)
	ou.optText(mi.Recipient.Ref)
	ou.text(mi.Playbook)
	ou.text(mi.PlaybookVersion)
	ou.text(mi.BundleVersion)
	ou.text(mi.EpisodeID)
	ou.text(mi.Step)
	ou.text(mi.Class)
	ou.optText(mi.Category)
	ou.long(int64(mi.Priority))
	ou.text(mi.Template)
	ou.optText(mi.Locale)
	ou.properties(mi.Data)
	ou.optText(mi.DataJSON)
	ou.items(len(mi.Links), func(i int) {
		ou.text(mi.Links[i].Name)
		ou.text(mi.Links[i].URL)
	})
	ou.texts(mi.Channels)
	ou.text(mi.ChannelRule)
	ou.long(mi.DecidedAt)
	ou.long(mi.DueAt)
	ou.long(mi.NotBefore)
	ou.long(mi.ExpiresAt)
	ou.optText(mi.TimeZone)
	ou.exposure(mi.Experiment)
	ou.goal(mi.Goal)
	ou.reason(&mi.Reason)
	ou.items(len(mi.Evidence), func(i int) { ou.evidence(&mi.Evidence[i]) })
	ou.flag(mi.Test)
	ou.optText(mi.TraceParent)
	ou.optText(mi.Key)
	return ou.end("MessageIntent")
}

func (ou *out) exposure(ex *schemas.Exposure) {
	if ou.set(ex != nil) {
		ou.text(ex.ID)
		ou.text(ex.Arm)
		ou.text(ex.Unit)
	}
}

func (ou *out) goal(gw *schemas.GoalWindow) {
	if ou.set(gw != nil) {
		ou.text(gw.Event)
		ou.long(gw.Until)
	}
}

func (ou *out) reason(re *schemas.Reason) {
	ou.text(re.Code)
	ou.text(re.Text)
	if tr := re.Trigger; ou.set(tr != nil) {
		ou.text(tr.Topic)
		ou.long(int64(tr.Partition))
		ou.long(tr.Offset)
		ou.text(tr.ID)
		ou.text(tr.Type)
		ou.long(tr.OccurredAt)
	}
	ou.items(len(re.Facts), func(i int) {
		fa := &re.Facts[i]
		ou.text(fa.Name)
		ou.text(fa.Value)
		ou.long(fa.AsOf)
		ou.optText(fa.Op)
		ou.flag(fa.Held)
	})
	ou.items(len(re.Checks), func(i int) {
		ou.text(re.Checks[i].Name)
		ou.text(re.Checks[i].Outcome)
		ou.optText(re.Checks[i].Detail)
	})
}

func (ou *out) evidence(ev *schemas.EvidenceItem) {
	ou.text(ev.ID)
	ou.text(ev.Text)
	ou.optDouble(ev.Value, ev.HasValue)
	ou.optText(ev.Unit)
	ou.optText(ev.Goal)
	ou.long(ev.At)
}
