# Fabric's own binaries as processes of this machine; peer, orderer and ccaas_builder from PATH or FABRIC_BIN.
PROFILE ?= small
# Whether gateway, cloud-services, apis and OpenID providers run too: yes or no; remembered until it is said again.
SERVICES ?=
SERVICES_yes := --services
SERVICES_no := --no-services
# `make status` and `make logs` show it too, where there is one. With a folder and ports of its own: a second network.
NATIVE_DIR ?= .careledger/native
PORT_OFFSET ?=
NATIVE := node_modules/.bin/node network/runners/bin/careledger-native.js --dir $(NATIVE_DIR)

.PHONY: up-native down-native demo-fabric conformance

up-native: build ## start the network as processes of this machine, or what is missing of it (PROFILE=small|full, SERVICES=yes|no)
	@$(NATIVE) up --profile $(PROFILE) $(SERVICES_$(SERVICES)) $(addprefix --port-offset ,$(PORT_OFFSET))

down-native: ## stop the native network; ledgers and identities stay
	@$(NATIVE) down

demo-fabric: build ## run the demo on a small native network that is started and deleted for it (same ARGS)
	@$(RUN) demo -- --network native $(ARGS)

conformance: build ## run the end-to-end tests on the embedded network, and on Fabric where its binaries are found
	@$(RUN) test:built -- conformance/ $(ARGS)
