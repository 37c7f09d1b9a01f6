# Fabric's own binaries as processes of this machine; peer, orderer and ccaas_builder from PATH or FABRIC_BIN.
PROFILE ?= small
# Whether gateway, cloud-services and apis run too: yes or no; remembered until it is said again.
SERVICES ?=
SERVICES_yes := --services
SERVICES_no := --no-services
# `make status` and `make logs` show it too, where there is one.
NATIVE_DIR := .careledger/native
NATIVE := node_modules/.bin/node network/runners/bin/careledger-native.js
confirmed = @test "$(CONFIRM)" = yes || { echo "This cannot be undone: say CONFIRM=yes"; exit 2; }
needs = @test -n "$($(1))" || { echo "Say $(1)=$(2)"; exit 2; }

.PHONY: up-native down-native demo-fabric conformance backup restore
.PHONY: upgrade-chaincode add-org remove-org rotate-certs expiry doctor

up-native: build ## start the network natively (PROFILE=small|full, SERVICES=yes); again: start what died, finish what is missing
	@$(NATIVE) up --profile $(PROFILE) $(SERVICES_$(SERVICES))

down-native: ## end the native network's processes; ledgers and identities stay
	@$(NATIVE) down

demo-fabric: build ## the demo on real Fabric: small native network up, demo (same ARGS), down
	@$(RUN) demo -- --network native $(ARGS)

conformance: build ## the conformance suite on the embedded network, and on Fabric where its binaries are
	@$(RUN) test:built -- conformance/ $(ARGS)

backup: ## copy all of the running native network and its services into DIR: ledgers, stores, keys, blobs
	$(call needs,DIR,folder)
	@$(NATIVE) backup $(DIR)

restore: ## put the backup in DIR where no network is, and start it, services too (CONFIRM=yes)
	$(call needs,DIR,folder)
	$(confirmed)
	@$(NATIVE) restore $(DIR)

upgrade-chaincode: build ## bring NAME=records to VERSION=1.1 on the running native network
	$(call needs,NAME,records)
	$(call needs,VERSION,1.1)
	@$(NATIVE) upgrade-chaincode $(NAME) $(VERSION)

add-org: ## let ORG=PharmacyMSP join the running native network
	$(call needs,ORG,PharmacyMSP)
	@$(NATIVE) add-org $(ORG)

remove-org: ## shut ORG=PharmacyMSP out of all channels (CONFIRM=yes)
	$(call needs,ORG,PharmacyMSP)
	$(confirmed)
	@$(NATIVE) remove-org $(ORG) --yes

rotate-certs: ## new certificates for NODE=peer-hospital; the others keep running
	$(call needs,NODE,peer-hospital)
	@$(NATIVE) rotate $(NODE)

expiry: ## when the native network's certificates expire; fails when one does soon
	@$(NATIVE) expiry

doctor: ## what is wrong with the native network, and the command that mends it
	@$(NATIVE) doctor
