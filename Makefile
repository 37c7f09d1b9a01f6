# careledger: what operators and developers run. Bare `make` prints this help from the comments behind the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
ARGS ?=
RUN := npm run --silent

# npm ci when the lock file is newer than what is installed; the engine (Node 24) comes with it.
node_modules/.package-lock.json: package-lock.json package.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: help install build demo dev flood sandbox console test lint judges judge-consent experiments bench bench-fhir flamegraphs clean

help: ## print this help
	@awk -F':.*## ' '/^[a-z][a-z-]*:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: node_modules/.package-lock.json ## install the dependencies that the lock file names; other targets do it when needed

build: install ## compile everything; other targets do it when needed
	@$(RUN) build

demo: build ## walk through the three scenarios on the embedded network (ARGS="--data FILE.csv --json --keep --interval 1h")
	@$(RUN) demo -- $(ARGS)

dev: build ## start everything on the embedded network, with a device that sends readings; restart what changes (ARGS="--help")
	@$(RUN) dev -- $(ARGS)

flood: build ## count the alarms and notices that recordings bring about, by patient and day (ARGS="FILE.csv …")
	@$(RUN) flood -- $(ARGS)

sandbox: build ## start everything on the embedded network with demo data, and show each notice that comes in (ARGS="--help")
	@$(RUN) sandbox -- $(ARGS)

console: build ## open a JavaScript prompt on the ledger that runs: of make dev, native, or of the network in DIR (ORG=HospitalMSP)
	@$(RUN) console -- $(addprefix --dir ,$(DIR)) $(addprefix --org ,$(ORG)) $(ARGS)

test: build ## run all tests, or those that match a pattern (ARGS=packages/crypto)
	@$(RUN) test:built -- $(ARGS)

lint: build ## check style, types, the direction of imports, and that nothing is unused
	@$(RUN) lint

judges: build ## let redocly, spectral, schemathesis, HAPI, Keycloak and strangers' FHIR clients judge the services (ARGS="--cases 200 api")
	@$(RUN) judges -- $(ARGS)
	@JUDGES=yes $(RUN) test:built -- --runInBand conformance/dist/fhir/hapi conformance/dist/judges/keycloak conformance/dist/judges/clients

judge-consent: build ## judge what patients decide from the blocks of an embedded network that is killed and stopped: 100,000 operations (ARGS="--help")
	@$(RUN) judge-consent -- $(ARGS)

experiments: build ## measure the paper's experiments and write docs/experiments.md with charts (ARGS="--quick NAME")
	@$(RUN) experiments -- $(ARGS)

bench: build ## measure against the budgets and write docs/performance.md (ARGS="--json --quick NAME")
	@$(RUN) bench -- $(ARGS)

bench-fhir: build ## compare an authority's /fhir with HAPI's JPA server and write docs/fhir-speed.md; needs Java 17 and Maven (ARGS=--quick)
	@$(RUN) bench-fhir -- $(ARGS)

flamegraphs: build ## draw where the time of each measured path goes, into docs/flamegraphs; those of NAMEs into .careledger/flamegraphs (ARGS="NAME …")
	@$(RUN) bench -- --flamegraphs $(ARGS)

clean: ## delete what was compiled, and the native network with its data (CONFIRM=yes; containers: make down ARGS=-v)
	@test "$(CONFIRM)" = yes || { echo "This deletes networks and their data: repeat it with CONFIRM=yes"; exit 2; }
	@if [ -d $(NATIVE_DIR) ]; then $(NATIVE) clean --yes || { echo "End the native network first: make build down-native"; exit 1; }; fi
	@rm -rf .careledger $$(find . -name dist -not -path '*/node_modules/*' -prune) $$(find . -name '*.tsbuildinfo' -not -path '*/node_modules/*')

include make/*.mk
