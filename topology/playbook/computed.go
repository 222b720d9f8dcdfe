package playbook

import (
	"sort"
	"strconv"
	"strings"

	"holdfast/topology/lang"
	"holdfast/topology/value"
)

// maxChoose bounds the elements that a fact chooses from: each is counted for itself.
const maxChoose = 64

// computedFact reads {by: expr, VALUE: literal, ..} and {choose: LIST, used: EVENT.FIELD, in: W, at_least: n}.
func (ld *loader) computedFact(scope lang.Scope, en entry) {
	if en.value.entry("choose") != nil {
		ld.chooseFact(scope, en)
		return
	}
	read := ld.readChoice(en.value, choiceLiterals)
	if read == nil {
		return
	}
	ld.choiceErrors(read, ld.names.DefineChoiceFact(scope, en.key, read.Choice))
}

const chooseExample = "{choose: sticky, used: feature_used.feature, in: 90d}"

func (ld *loader) chooseFact(scope lang.Scope, en entry) {
	ke := ld.read(en.value, "a fact {choose: ..}")
	choose, used, in := ke.need("choose", chooseExample), ke.need("used", chooseExample), ke.need("in", chooseExample)
	least := ke.take("at_least")
	ke.done()
	if choose == nil || used == nil || in == nil {
		return
	}
	ch, ok := ld.choosing(used, in, least)
	name, isName := ld.text(choose, "choose")
	if !ok || !isName {
		return
	}
	list, pairs := ld.names.Lists[name], ld.names.Maps[name]
	var errors []*lang.Error
	switch {
	case list == nil && pairs == nil:
		known := append(sortedKeys(ld.names.Lists), sortedKeys(ld.names.Maps)...)
		sort.Strings(known)
		ld.fail(choose, "unknown list or map %s%s", name, lang.Suggest(name, known))
		return
	case list != nil && !ld.choosable(choose, list.Texts, len(list.Numbers)):
		return
	case list != nil:
		errors = ld.names.ChooseFromList(scope, en.key, list, ch)
	case !ld.choosable(choose, flattened(pairs), 0):
		return
	default:
		errors = ld.names.ChooseFromMap(scope, en.key, pairs, ch)
	}
	for _, err := range errors {
		ld.fail(en.value, "%s", err.Text)
	}
}

// choosing reads what is counted.
func (ld *loader) choosing(used, in, least *node) (ch lang.Choosing, ok bool) {
	_, field, ok := ld.eventAndField(used)
	if ok && field.Type != value.Text {
		ld.fail(used, "%s is of type %s; what is chosen is a text", used.text, field.Type)
		return ch, false
	}
	_, isDuration := ld.duration(in, "in")
	event, name, _ := strings.Cut(used.text, ".")
	ch = lang.Choosing{Event: event, Field: name, Window: in.text, AtLeast: 1}
	if least != nil {
		n, err := strconv.ParseInt(least.text, 10, 64)
		if err != nil || n < 1 {
			ld.fail(least, "at_least is a whole number from 1 on; found %q", least.text)
			return ch, false
		}
		ch.AtLeast = n
	}
	return ch, ok && isDuration
}

// choosable refuses what cannot be counted one by one.
func (ld *loader) choosable(no *node, texts []string, numbers int) bool {
	switch {
	case numbers > 0 || len(texts) == 0:
		ld.fail(no, "%s holds no texts to choose from", no.text)
		return false
	case len(texts) > maxChoose:
		ld.fail(no, "%s has %d texts, the limit of choose is %d: each is counted for itself", no.text, len(texts), maxChoose)
		return false
	}
	for _, text := range texts {
		if strings.Contains(text, `"`) {
			ld.fail(no, "%s has a text with a quote in it: %s", no.text, text)
			return false
		}
	}
	return true
}

func flattened(pairs *lang.MapDef) (texts []string) {
	for _, pair := range pairs.Pairs {
		texts = append(texts, pair[0], pair[1])
	}
	return texts
}
