#!/usr/bin/env bash
# Changes a running deployment: its program does it to the network, then says what has to be done to containers.
#
#   change.sh add-org PharmacyMSP | remove-org PharmacyMSP | rotate peer-hospital | upgrade-chaincode records 1.1
cd "$(dirname "$0")/../.."
. docker/operations/common.sh

steps=$(careledger setup "$@" < /dev/null)
perform "$steps"
case $1 in
  add-org) echo "$2 takes part" ;;
  remove-org) echo "$2 takes no part any more" ;;
  rotate) echo "$2 has new certificates, and what uses them runs with them" ;;
  upgrade-chaincode) echo "$2 $3 runs" ;;
esac
