# The deployment of docker-compose.yaml: docs/compose.md.
COMPOSE ?= docker compose
COMPOSE_RUN := $(COMPOSE) run --rm --no-deps -T
CARELEDGER := node network/runners/bin/careledger-compose.js

.PHONY: up down status logs credentials trust certify-device test-deployment

.env: | .env.example
	cp .env.example $@

up: .env ## bring the network and all services up in containers; returns when they are healthy (ARGS="--build")
	$(COMPOSE) up -d --wait $(ARGS)

down: ## end the containers; ledgers and keys stay (ARGS=-v CONFIRM=yes deletes them)
	@case " $(ARGS) " in *" -v "*|*" --volumes "*) \
	  [ "$(CONFIRM)" = yes ] || { echo "this deletes ledgers, records and keys: repeat it with CONFIRM=yes"; exit 1; };; esac
	$(COMPOSE) down $(ARGS)

status: ## what runs, in containers and natively, and the height and head of each ledger
	@if [ -z "$$($(COMPOSE) ps -q 2>/dev/null)" ]; then echo "no containers run"; else \
	  $(COMPOSE) ps --all --format 'table {{.Service}}\t{{.Status}}' && $(COMPOSE_RUN) network-setup $(CARELEDGER) status; fi
	@if [ -d $(NATIVE_DIR) ]; then $(NATIVE) status; fi

logs: ## the last lines of every container or native process (ARGS="-f gateway", ARGS="-f peer-hospital" follow one)
	$(call on_either,$(COMPOSE) logs --tail 20 $(ARGS),$(NATIVE) logs $(ARGS))

credentials: ## bearer tokens of the services: secrets (ARGS=gateway shows one service's)
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) credentials $(ARGS),$(NATIVE) credentials $(ARGS))

trust: ## certificates that clients of the services have to trust, as PEM
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) trust,$(NATIVE) trust)

certify-device: ## a device's certificate request on standard input, its certificate for the broker on standard output
	@$(COMPOSE_RUN) network-init $(CARELEDGER) certify-device

test-deployment: build ## operate, kill, back up and restore the deployment that runs while a device sends; needs root (CONFIRM=yes)
	@[ "$(CONFIRM)" = yes ] || { echo "this kills running containers, changes the network and writes test patients: repeat it with CONFIRM=yes"; exit 1; }
	@[ -n "$$($(COMPOSE) ps -q gateway 2>/dev/null)" ] || { echo "no deployment is up: make up"; exit 1; }
	@CARELEDGER_TEST_DEPLOYMENT=yes $(RUN) test:built -- --runInBand conformance/dist/compose
