package playbook

// mapping describes the keys of one kind of mapping, for the schema that editors read. A test compares it with what the
// loader asks for while it reads the examples.
type mapping struct {
	what  string // as in the loader's errors: "a step"
	about string
	keys  []key
	// exactly are sets of keys of which one stands there, and only one.
	exactly [][]string
}

// key is one key. Its form is the name of a mapping (`a step`) or of one of the scalarForms, `one of A|B`, `list of FORM`,
// or `names of FORM` (a mapping from names to it); several forms are joined by " or ".
type key struct {
	name, form, about string
	need              bool
}

const (
	classForm    = "one of transactional|billing|lifecycle|expansion|advocacy|internal"
	classesForm  = classForm + " or list of " + classForm
	eachForm     = "one of each account|each user"
	titleAbout   = "what it is for, in a person's words"
	channelAbout = "in the order of preference: the first that is available"
)

// documentMappings are those of documents: the first key of a document says which it is.
func documentMappings() []mapping {
	return []mapping{bundleMapping(), vocabularyMapping(), playbookMapping(), healthMapping(), segmentsMapping(), signalsMapping(), stagesMapping(), evidenceMapping(), monthlyMapping(), policyMapping(), testMapping()}
}

// partMappings are those inside documents.
func partMappings() []mapping {
	list := []mapping{timeMapping(), eventMapping(), factsMapping(), chooseMapping(), metricsMapping(), setsMapping(), setMapping(), linkMapping(), learnMapping()}
	list = append(list, startMapping(), scheduleMapping(), experimentMapping(), stopMapping(), goalMapping(), stepMapping(), viaMapping(), stateMapping(), moveMapping(), gotoMapping())
	list = append(list, measureMapping(), lineMapping(), tierMapping(), healthSettleMapping(), segmentMapping(), signalMapping(), stageMapping(), recordMapping())
	list = append(list, capMapping(), whenCappedMapping(), sendWindowMapping(), consentMapping(), holdoutMapping(), guardMapping(), recipientsMapping())
	return append(list, profileMapping(), givenMapping(), expectationMapping())
}
