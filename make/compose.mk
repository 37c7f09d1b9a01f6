# The deployment of docker-compose.yaml: docs/compose.md.
COMPOSE ?= docker compose
COMPOSE_RUN := $(COMPOSE) run --rm --no-deps -T
CARELEDGER := node network/runners/bin/careledger-compose.js

.PHONY: up down status logs credentials trust certify-device test-deployment

.env: | .env.example
	cp .env.example $@

up: .env ## start the network and all services in containers, and wait until they are healthy (ARGS="--build")
	$(COMPOSE) up -d --wait $(ARGS)

down: ## stop the containers; ledgers and keys stay (ARGS=-v CONFIRM=yes deletes them)
	@case " $(ARGS) " in *" -v "*|*" --volumes "*) \
	  [ "$(CONFIRM)" = yes ] || { echo "this deletes ledgers, records and keys: repeat it with CONFIRM=yes"; exit 1; };; esac
	$(COMPOSE) down $(ARGS)

status: ## show what runs, and the height and head of each channel at each peer
	@if [ -z "$$($(COMPOSE) ps -q 2>/dev/null)" ]; then echo "no containers run"; else \
	  $(COMPOSE) ps --all --format 'table {{.Service}}\t{{.Status}}' && $(COMPOSE_RUN) network-setup $(CARELEDGER) status; fi
	@if [ -d $(NATIVE_DIR) ]; then $(NATIVE) status; fi

logs: ## show the last log lines of everything, or follow one (ARGS="-f gateway", ARGS="-f peer-hospital")
	$(call on_either,$(COMPOSE) logs --tail 20 $(ARGS),$(NATIVE) logs $(ARGS))

credentials: ## show the bearer tokens of the services: they are secrets (ARGS=gateway shows those of one service)
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) credentials $(ARGS),$(NATIVE) credentials $(ARGS))

trust: ## print the TLS certificates that clients of the services have to trust, as PEM
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) trust,$(NATIVE) trust)

certify-device: ## issue a certificate for the broker: request on standard input, certificate on standard output
	@$(COMPOSE_RUN) network-init $(CARELEDGER) certify-device

test-deployment: build ## test the containers that run: failures, backup and restore while a device sends; needs root (CONFIRM=yes)
	@[ "$(CONFIRM)" = yes ] || { echo "this kills running containers, changes the network and writes test patients: repeat it with CONFIRM=yes"; exit 1; }
	@[ -n "$$($(COMPOSE) ps -q gateway 2>/dev/null)" ] || { echo "no deployment is up: make up"; exit 1; }
	@CARELEDGER_TEST_DEPLOYMENT=yes $(RUN) test:built -- --runInBand conformance/dist/compose
