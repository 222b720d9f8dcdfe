package oracle

// activate begins the playbooks and the documents: subjects that are there are judged as of now, before the first line.
func (wo *world) activate() {
	for _, su := range wo.subjects {
		if !su.seen {
			continue
		}
		cause := &happened{at: wo.zero, id: "profile"}
		wo.derive(su, wo.zero, wo.zero, cause)
		for _, ru := range su.rules {
			ru.activate(wo)
		}
		su.judged = wo.zero
	}
	for _, su := range wo.subjects {
		wo.refresh(su, wo.zero)
	}
}

// activate takes the value of the `when` as the baseline, or does with it what `existing` says.
func (ru *rule) activate(wo *world) {
	when := ru.pb.Start.When
	if when == nil {
		return
	}
	ru.on = ru.view(wo, wo.zero, nil).is(when)
	switch {
	case ru.pb.Existing == "mark" && ru.on: // unknown for lack of history does not occur
		ru.ever, ru.entered = true, wo.zero
		if ru.pb.Again.Kind == Every {
			ru.rearm = wo.zero.plus(ru.pb.Again.Every)
		}
		wo.note("existing_marked")
	case ru.pb.Existing == "include" && ru.on:
		wo.note("existing_entered")
		oc := ru.byClock(wo, wo.zero, "existing")
		ru.enter(wo, oc)
	}
}
