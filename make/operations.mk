# What acts on whatever is up: the containers, or the native network. ON=compose or ON=native says which, where both are.
ON ?= $(shell \
  if [ -n "$$($(COMPOSE) ps -q 2>/dev/null)" ]; then echo compose; \
  elif [ -d $(NATIVE_DIR) ]; then echo native; \
  elif [ -n "$$($(COMPOSE) ps -aq 2>/dev/null)" ]; then echo compose; fi)
# What is restored is in the folder.
restore: ON = $(if $(wildcard $(DIR)/careledger.tar.gz),compose,native)

DEPLOYMENT := COMPOSE="$(COMPOSE)" docker/operations
nothing_runs := { echo "nothing runs here: make up, or make up-native" >&2; exit 1; }
# $(call on_either,what containers take,what the native network takes)
on_either = @case "$(ON)" in compose) $(1);; native) $(2);; *) $(nothing_runs);; esac
confirmed = @test "$(CONFIRM)" = yes || { echo "This cannot be undone: repeat it with CONFIRM=yes"; exit 2; }
needs = @test -n "$($(1))" || { echo "Set $(1)=$(2)"; exit 2; }

.PHONY: backup restore upgrade-chaincode add-org remove-org rotate-certs expiry doctor

backup: ## copy ledgers, stores, keys and blobs, all as of one moment, into the new folder DIR
	$(call needs,DIR,folder)
	$(call on_either,$(DEPLOYMENT)/backup.sh "$(DIR)",$(NATIVE) backup "$(DIR)")

restore: .env ## restore the backup in DIR where no network exists, and start it (CONFIRM=yes)
	$(call needs,DIR,folder)
	$(confirmed)
	$(call on_either,$(DEPLOYMENT)/restore.sh "$(DIR)",$(NATIVE) restore "$(DIR)")

upgrade-chaincode: ## upgrade the chaincode NAME=records to VERSION=1.1
	$(call needs,NAME,records)
	$(call needs,VERSION,1.1)
	$(call on_either,$(DEPLOYMENT)/change.sh upgrade-chaincode "$(NAME)" "$(VERSION)",\
	  $(MAKE) --no-print-directory build && $(NATIVE) upgrade-chaincode "$(NAME)" "$(VERSION)")

add-org: ## let ORG=PharmacyMSP join the network that runs
	$(call needs,ORG,PharmacyMSP)
	$(call on_either,$(DEPLOYMENT)/change.sh add-org "$(ORG)",$(NATIVE) add-org "$(ORG)")

remove-org: ## remove ORG=PharmacyMSP from all channels (CONFIRM=yes)
	$(call needs,ORG,PharmacyMSP)
	$(confirmed)
	$(call on_either,$(DEPLOYMENT)/change.sh remove-org "$(ORG)",$(NATIVE) remove-org "$(ORG)" --yes)

rotate-certs: ## issue new certificates for NODE=peer-hospital, a service, or the clients of NODE=HospitalMSP
	$(call needs,NODE,peer-hospital)
	$(call on_either,$(DEPLOYMENT)/change.sh rotate "$(NODE)",$(NATIVE) rotate "$(NODE)")

expiry: ## show when certificates expire; fails if one expires soon
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) expiry,$(NATIVE) expiry)

doctor: ## find what is wrong and name the command that repairs it; fails if something is
	$(call on_either,$(DEPLOYMENT)/doctor.sh,$(NATIVE) doctor)
