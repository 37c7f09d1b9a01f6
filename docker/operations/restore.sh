#!/usr/bin/env bash
# Fills the volumes of a host that has none with a backup, and brings the deployment up as it was.
#
#   restore.sh DIR
[ $# -eq 1 ] && [ -n "$1" ] || { echo "usage: restore.sh DIR" >&2; exit 2; }
case $1 in /*) source=$1 ;; *) source=$PWD/$1 ;; esac
cd "$(dirname "$0")/../.."
. docker/operations/common.sh

[ -f "$source/careledger.tar.gz" ] || fail "$source is no backup of a deployment: it has no careledger.tar.gz"
volumes=$(docker volume ls --quiet --filter "label=com.docker.compose.project=$(project)")
[ -z "$volumes" ] ||
  fail "there is a deployment already, in the volumes" $volumes": remove it with: make down ARGS=-v CONFIRM=yes"

# The volumes are this script's own until the backup is in them.
undo() {
  trap '' INT TERM HUP
  $COMPOSE down --volumes > /dev/null 2>&1
}
trap undo EXIT
trap 'exit 130' INT TERM HUP
careledger init restore < "$source/careledger.tar.gz"
# Another profile's compose files are refused here, before anything runs.
$COMPOSE run --rm --no-deps -T network-init < /dev/null > /dev/null
trap - EXIT

$COMPOSE up -d --wait
careledger setup status < /dev/null
