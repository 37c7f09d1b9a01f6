#!/usr/bin/env bash
# Says what is wrong with a deployment, and what mends it; status 1 when something is.
cd "$(dirname "$0")/../.."
. docker/operations/common.sh

$COMPOSE ps --all --format '{{.Service}},{{.State}},{{.Health}},{{.ExitCode}}' | careledger setup doctor
