package demo

// Hint is something to try after the demo.
type Hint struct{ Words, Command string }

// Next lists what to try. With a kept directory the commands work on the very data of the report.
func (re *Report) Next() []Hint {
	if re.Dir == "" {
		return []Hint{
			{"Keep the broker's data and look around in it:", "holdfast demo --keep"},
			{"Another business, or a bigger one:", "holdfast demo --seed 7 --accounts 600"},
			{"Read the playbooks that spoke:", "ls playbooks && holdfast lint playbooks"},
			{"Your own events: start a broker, make the topics, publish lines of JSON:", "holdfast broker --dir ./data"},
		}
	}
	dir := re.Dir
	return []Hint{
		{"Start the broker on the kept data (leave it running, use a second terminal):", "holdfast broker --dir " + dir + "/broker"},
		{"Read what was decided, with the reason of each intent:", "holdfast tail --brokers 127.0.0.1:9092 --registry http://127.0.0.1:8081 intents --until-end"},
		{"Read what was not said, and why:", "holdfast tail --brokers 127.0.0.1:9092 --registry http://127.0.0.1:8081 decisions --until-end"},
		{"The playbooks of this run; change one and check it:", "holdfast lint " + dir + "/playbooks"},
		{"The state after the last transaction, as one digest per partition:", "holdfast state digest --state " + dir + "/state"},
		{"The business itself, one event a line:", "head " + dir + "/business.jsonl"},
	}
}
