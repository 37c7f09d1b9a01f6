#!/usr/bin/env bash
# Prints what is wrong with a deployment and the command that repairs it; status 1 if something is.
cd "$(dirname "$0")/../.."
. docker/operations/common.sh

$COMPOSE ps --all --format '{{.Service}},{{.State}},{{.Health}},{{.ExitCode}}' | careledger setup doctor
