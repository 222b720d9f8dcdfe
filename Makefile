# Holdfast needs Go and make; kcat, Java 17 and Maven only for the targets that say so. Everything listens on loopback.
SHELL := /bin/bash
GO    ?= go
BIN   := bin

# What a target runs with; override on the command line: make fuzz FUZZTIME=1m
FUZZTIME    ?= 5s
BENCHTIME   ?= 1s
METAMORPHIC_RUNS ?= 100
ORACLE_CASES ?= 10000
PEERS        ?= ../shared/peers
PEERS_ROUNDS ?= 3
RACE        ?= ./broker/... ./processor/... ./state/... ./tools/...
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
E2E         := $(GO) test -tags e2e -count=1 ./e2e/...

.DEFAULT_GOAL := help
.PHONY: help build demo test fmt race bench bench-peers lint fuzz e2e cdnow kill-test kafka-test kafka-kill-test mutants slips metamorphic oracle zones need-kcat need-java clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build bin/processor and bin/holdfast
	$(GO) build -o $(BIN)/ ./cmd/...

demo: build ## the guided tour: a simulated business, a kill in the middle, a report (under a minute)
	$(BIN)/holdfast demo

fmt: ## list files that gofmt would change
	@files=$$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l); \
	if [ -n "$$files" ]; then echo "not formatted (run gofmt -w):"; echo "$$files"; exit 1; fi

test: fmt ## format check, vet, the laws of the repository and all unit tests (under 3 minutes on 2 cores)
	$(GO) vet ./...
	$(GO) vet -tags e2e ./e2e/...
	$(GO) test ./...

race: ## the concurrent rooms under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race $(RACE)

bench: build ## benchmarks of the rooms, then events per second of the whole pipeline beside the bare loop
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) ./schemas/... ./state/... ./topology/...
	$(GO) run ./e2e/bench -root .

bench-peers: need-java ## the same job beside Kafka Streams and the bare loop on Apache Kafka (PEERS, PEERS_ROUNDS; about 6 minutes a round)
	$(GO) build -o $(BIN)/peers ./e2e/peers
	cd $(PEERS) && PROCESSOR=$(CURDIR)/$(BIN)/peers PEERS_DIR=$(abspath $(PEERS)) OUT=$(CURDIR)/out/peers ONLY='^(zipf|uniform|small)/(streams-eos|bare|processor)-100$$' ./run $(PEERS_ROUNDS)

lint: fmt ## vet and staticcheck (fetched by Go on first use)
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) -tags e2e ./...

fuzz: ## every fuzz target for FUZZTIME (default 5s)
	GO=$(GO) FUZZTIME=$(FUZZTIME) scripts/fuzz

e2e: build need-kcat ## end-to-end suite on the embedded broker, short sizes
	BROKER=embedded SIZE=ci $(E2E) -v -timeout 20m

cdnow: build need-kcat ## the whole CDNOW log (69,659 purchases), every partitioning and batch size, 20 kills
	BROKER=embedded SIZE=full $(E2E) -v -timeout 60m -run 'TestPurchases'

kill-test: build need-kcat ## >= 50 kill -9 of the processor and >= 5 of the embedded broker under load, full size
	BROKER=embedded SIZE=full $(E2E) -v -timeout 60m -run 'TestKills'

kafka-test: build need-kcat need-java ## the end-to-end suite on a real Apache Kafka
	BROKER=kafka SIZE=ci $(E2E) -v -timeout 30m

kafka-kill-test: build need-kcat need-java ## >= 10 kill -9 of the processor and >= 3 of Apache Kafka under load
	BROKER=kafka SIZE=full $(E2E) -v -timeout 60m -run 'TestKills'

mutants: ## remove each rule of the runtime from a copy and see its test fail (about 8 minutes)
	$(GO) test -tags mutants -count=1 -timeout 30m -v -run '^TestMutants$$' ./processor

slips: ## break every rule of the examples and of the built-in bundle in every way and see a timeline fail (make test takes one in eight; about 2 minutes)
	SLIPS=all $(GO) test -count=1 -timeout 30m -v -run '^Test(BrokenExamples|ABrokenStarter)' ./topology/timeline

metamorphic: ## many random batch sizes, lanes, stops and cuts of many random logs, against each other and an oracle
	METAMORPHIC_RUNS=$(METAMORPHIC_RUNS) $(GO) test -count=1 -timeout 30m -run '^TestEveryWayToRunALogSaysTheSame$$' ./processor

oracle: ## the engine against a second reading of the language over ORACLE_CASES random bundles (about 4 minutes)
	ORACLE_CASES=$(ORACLE_CASES) $(GO) test -count=1 -timeout 60m -v -run TestASecondReadingOfTheLanguageAgrees ./topology/timeline

need-kcat:
	@command -v kcat >/dev/null || { echo "kcat is missing: the suites read the outputs with it, because it is not ours (Debian: apt-get install kcat)"; exit 1; }

need-java:
	@command -v java >/dev/null || { echo "Java 17 is missing: Apache Kafka runs on it (Debian: apt-get install openjdk-17-jre-headless maven)"; exit 1; }
	@[ -e "$${KAFKA_JARS:-$$HOME/.cache/holdfast-kafka/lib}/.complete" ] || command -v mvn >/dev/null || { echo "Maven is missing: it fetches the jars of Apache Kafka once (Debian: apt-get install maven)"; exit 1; }

zones: ## take the time zones of the installed Go
	cp "$$(go env GOROOT)/lib/time/zoneinfo.zip" topology/value/iana/zoneinfo.zip
	sed -i "s/^const Release = .*/const Release = \"$$(sed -n 's/^DATA=//p' "$$(go env GOROOT)/lib/time/update.bash")\"/" topology/value/iana/iana.go

clean: ## remove bin/ and out/
	rm -rf $(BIN) out
