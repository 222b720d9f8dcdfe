package oracle

// seeStops lets a record end the episode; one that is over can still regret what it published.
func (ep *episode) seeStops(wo *world, ha *happened) {
	for i := range ep.pb.Stops {
		st := &ep.pb.Stops[i]
		vi := ep.view(wo, ep.su.judged, ha)
		matches := ep.ru.stopsAt(st, ha) || st.When != nil && vi.is(st.When)
		if !matches || !vi.is(st.If) {
			continue
		}
		if st.Event != "" && ep.precedes(wo, ha) {
			return
		}
		if st.When != nil && ep.open && ep.stopDue[i] != 0 && ep.stopDue[i] <= ep.su.judged {
			wo.note("stop_found_before_its_timer")
		}
		if ep.open {
			ep.stop(wo, st, ha.at, ha.at, ha)
		} else if st.Event != "" {
			ep.withdraw(wo, ha.at, ha.at, ha, true)
		}
		return
	}
}

// precedes says that the record came before the start, by its own time, and would not have prevented it.
func (ep *episode) precedes(wo *world, ha *happened) bool {
	if ha.at > ep.start || ha.at == ep.start && ep.begun != nil {
		return false
	}
	when := ep.pb.Start.When
	return when == nil || ep.view(wo, ep.start, nil).is(when)
}

// fireStop is the timer of a stop's `when`.
func (ep *episode) fireStop(wo *world, i int, due Instant) {
	st := &ep.pb.Stops[i]
	vi := ep.view(wo, due, nil)
	ep.tried = max(ep.tried, due)
	if vi.is(st.When) && vi.is(st.If) {
		wo.note("stop_by_time")
		ep.stop(wo, st, due, due.plus(wo.lateness(ep.pb.Name)), nil)
		wo.refresh(ep.su, ep.su.judged)
		return
	}
	ep.stopDue[i] = vi.next(st.When, due, true)
}

// stop ends the episode: what is held is withdrawn, what is out gets a cancel, then the stop acts.
func (ep *episode) stop(wo *world, st *Stop, due, at Instant, ha *happened) {
	wo.note("stop")
	ep.open = false
	contacted := false
	for _, sp := range ep.steps {
		contacted = contacted || sp.phase == published && sp.st.Action == "send"
		if sp.phase == held {
			sp.conclude(wo, "stopped", at)
		}
	}
	ep.withdraw(wo, due, at, ha, false)
	wo.decide(ep.ru, Decision{Episode: ep.id, Outcome: "stopped", Due: due, At: at})
	if st.Action == "" || st.Contacted && !contacted {
		return
	}
	id := st.ID
	if id == "" {
		id = st.Event
	}
	step := &Step{ID: id, Action: st.Action, To: st.To}
	ep.steps = append(ep.steps, &stepping{ep: ep, st: step, phase: held, due: due, slot: due, judge: due, decided: at, ha: ha, bare: true})
	wo.note("stop_acts")
}

// withdraw cancels what was published and has not expired; a late event regrets what it would have prevented. Of an
// episode that was over only the latter is touched.
func (ep *episode) withdraw(wo *world, due, at Instant, ha *happened, over bool) {
	for _, sp := range ep.steps {
		if sp.phase != published || sp.bare {
			continue
		}
		late := ha != nil && ha.depth == 0 && ha.at <= sp.slot
		if late {
			wo.note("regret")
			wo.decide(ep.ru, Decision{Episode: ep.id, Step: sp.st.ID, Outcome: "regret", Due: due, At: at})
		}
		if late || !over {
			sp.cancel(wo, due, at)
		}
	}
}

// cancel takes the step's intents back, each once.
func (sp *stepping) cancel(wo *world, due, at Instant) {
	for _, i := range sp.out {
		in := wo.out.Intents[i]
		if due > in.ExpiresAt {
			continue
		}
		in.Action, in.Due, in.DecidedAt, in.NotBefore = "cancel", due, at, due
		in.DedupeKey = dedupeKey(in.Playbook, sp.ep.su, in.Episode, in.Step, "cancel", in.Recipient)
		wo.out.Intents = append(wo.out.Intents, in)
		wo.note("cancel")
	}
	sp.out = nil
}

// publish judges a held step once more and makes its intents.
func (sp *stepping) publish(wo *world) {
	ep, at := sp.ep, max(sp.slot, sp.judge)
	if !sp.bare && ep.stoppedBy(wo, at) {
		return
	}
	switch recipients := sp.recipients(wo); {
	case !ep.view(wo, at, sp.ha).is(sp.st.If):
		sp.conclude(wo, "withdrawn", at)
	case len(recipients) == 0:
		sp.conclude(wo, "no_recipient", at)
	default:
		sp.phase = published
		for _, recipient := range recipients {
			sp.emit(wo, recipient)
		}
		sp.armFollowers()
	}
	ep.finish(wo)
	wo.refresh(ep.su, ep.su.judged)
}

// stoppedBy lets the stops judge at the publication.
func (ep *episode) stoppedBy(wo *world, at Instant) bool {
	for i := range ep.pb.Stops {
		st := &ep.pb.Stops[i]
		vi := ep.view(wo, at, nil)
		if st.When != nil && vi.is(st.When) && vi.is(st.If) {
			wo.note("stop_at_publication")
			ep.stop(wo, st, at, at, nil)
			wo.refresh(ep.su, ep.su.judged)
			return true
		}
	}
	return false
}

// armFollowers makes the steps that are so long after this one due.
func (sp *stepping) armFollowers() {
	for _, other := range sp.ep.steps {
		if other.st.Timing == AfterStep && other.st.Base == sp.st.ID && other.phase == waiting {
			other.due = sp.slot.plus(other.st.Delay)
		}
	}
}

func (sp *stepping) emit(wo *world, recipient string) {
	ep := sp.ep
	sp.out = append(sp.out, len(wo.out.Intents))
	wo.out.Intents = append(wo.out.Intents, Intent{
		DedupeKey: dedupeKey(ep.pb.Name, ep.su, ep.id, sp.st.ID, sp.st.Action, recipient),
		Playbook:  ep.pb.Name, Step: sp.st.ID, Action: sp.st.Action, Account: ep.su.account, User: ep.su.user, Key: ep.su.invoice, Recipient: recipient,
		Episode: ep.id, Due: sp.due, DecidedAt: sp.decided, NotBefore: sp.slot, ExpiresAt: sp.slot.plus(sp.expires()),
	})
}

// recipients resolves `to`: the step's, else the playbook's.
func (sp *stepping) recipients(wo *world) []string {
	to := sp.st.To
	if to.Kind == "" && sp.st.Action == "request" {
		return []string{"account"}
	}
	if to.Kind == "" {
		to = sp.ep.pb.To
	}
	switch to.Kind {
	case "team", "channel":
		return []string{to.Kind + ":" + to.Name}
	case "role":
		return wo.holders(sp.ep.su.owner, to)
	}
	return []string{sp.ep.su.user}
}

// holders lists the users with the role, else those with the other one.
func (wo *world) holders(account *subject, to To) []string {
	for _, role := range []string{to.Name, to.Or} {
		var list []string
		for _, su := range wo.members(account, role) {
			list = append(list, su.user)
		}
		if role != "" && len(list) > 0 {
			return list
		}
	}
	return nil
}
