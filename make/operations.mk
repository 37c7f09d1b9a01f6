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
confirmed = @test "$(CONFIRM)" = yes || { echo "This cannot be undone: say CONFIRM=yes"; exit 2; }
needs = @test -n "$($(1))" || { echo "Say $(1)=$(2)"; exit 2; }

.PHONY: backup restore upgrade-chaincode add-org remove-org rotate-certs expiry doctor

backup: ## copy what runs into the new folder DIR: ledgers, stores, keys, blobs, all of one moment
	$(call needs,DIR,folder)
	$(call on_either,$(DEPLOYMENT)/backup.sh "$(DIR)",$(NATIVE) backup "$(DIR)")

restore: .env ## put the backup in DIR where nothing is, and start it (CONFIRM=yes)
	$(call needs,DIR,folder)
	$(confirmed)
	$(call on_either,$(DEPLOYMENT)/restore.sh "$(DIR)",$(NATIVE) restore "$(DIR)")

upgrade-chaincode: ## bring NAME=records to VERSION=1.1
	$(call needs,NAME,records)
	$(call needs,VERSION,1.1)
	$(call on_either,$(DEPLOYMENT)/change.sh upgrade-chaincode "$(NAME)" "$(VERSION)",\
	  $(MAKE) --no-print-directory build && $(NATIVE) upgrade-chaincode "$(NAME)" "$(VERSION)")

add-org: ## let ORG=PharmacyMSP join
	$(call needs,ORG,PharmacyMSP)
	$(call on_either,$(DEPLOYMENT)/change.sh add-org "$(ORG)",$(NATIVE) add-org "$(ORG)")

remove-org: ## shut ORG=PharmacyMSP out of all channels (CONFIRM=yes)
	$(call needs,ORG,PharmacyMSP)
	$(confirmed)
	$(call on_either,$(DEPLOYMENT)/change.sh remove-org "$(ORG)",$(NATIVE) remove-org "$(ORG)" --yes)

rotate-certs: ## new certificates for NODE=peer-hospital, a service, or the clients of NODE=HospitalMSP; the others keep running
	$(call needs,NODE,peer-hospital)
	$(call on_either,$(DEPLOYMENT)/change.sh rotate "$(NODE)",$(NATIVE) rotate "$(NODE)")

expiry: ## when certificates expire; fails when one does soon
	$(call on_either,$(COMPOSE_RUN) network-init $(CARELEDGER) expiry,$(NATIVE) expiry)

doctor: ## what is wrong, and the command that mends it; fails when something is
	$(call on_either,$(DEPLOYMENT)/doctor.sh,$(NATIVE) doctor)
