package playbook

// bounds is what claims leave of a term: an interval, and texts.
type bounds struct {
	low, high         int64
	hasLow, hasHigh   bool
	lowOpen, highOpen bool
	not               []int64
	allowed           []string // nil: all
	denied            []string
	texts             bool
}

// narrow adds a claim about a number.
func (bo *bounds) narrow(op string, number int64) {
	switch op {
	case "==":
		bo.narrow(">=", number)
		bo.narrow("<=", number)
	case "!=":
		bo.not = append(bo.not, number)
	case ">", ">=":
		if open := op == ">"; !bo.hasLow || number > bo.low || number == bo.low && open {
			bo.low, bo.hasLow, bo.lowOpen = number, true, open
		}
	case "<", "<=":
		if open := op == "<"; !bo.hasHigh || number < bo.high || number == bo.high && open {
			bo.high, bo.hasHigh, bo.highOpen = number, true, open
		}
	}
}

func (bo *bounds) narrowText(op string, texts []string) {
	bo.texts = true
	if op != "==" {
		if op == "!=" {
			bo.denied = append(bo.denied, texts...)
		}
		return
	}
	if bo.allowed == nil {
		bo.allowed = append([]string{}, texts...)
		return
	}
	kept := []string{}
	for _, text := range bo.allowed {
		if contains(texts, text) {
			kept = append(kept, text)
		}
	}
	bo.allowed = kept
}

// empty says that no value is left.
func (bo *bounds) empty() bool {
	if bo.texts {
		return bo.allowed != nil && allIn(bo.allowed, bo.denied)
	}
	if !bo.hasLow || !bo.hasHigh {
		return false
	}
	if bo.low > bo.high || bo.low == bo.high && (bo.lowOpen || bo.highOpen) {
		return true
	}
	for _, number := range bo.not {
		if bo.low == bo.high && number == bo.low {
			return true
		}
	}
	return false
}

func allIn(texts, denied []string) bool {
	for _, text := range texts {
		if !contains(denied, text) {
			return false
		}
	}
	return true
}

// contradict says that claims never hold together.
func contradict(claims []claim) bool {
	terms := map[string]*bounds{}
	for _, cl := range claims {
		bo := terms[cl.term]
		if bo == nil {
			bo = &bounds{}
			if cl.least {
				bo.narrow(">=", 0)
			}
			terms[cl.term] = bo
		}
		if cl.isText {
			bo.narrowText(cl.op, cl.texts)
		} else {
			bo.narrow(cl.op, cl.number)
		}
		if bo.empty() {
			return true
		}
	}
	return false
}

// impossible says that none of the alternatives can hold.
func impossible(list [][]claim) bool {
	for _, claims := range list {
		if !contradict(claims) {
			return false
		}
	}
	return true
}
