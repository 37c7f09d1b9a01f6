#!/usr/bin/env bash
# Copies a running deployment into a new folder: ledgers, stores, keys and blobs, all as they are at one moment.
#
#   backup.sh DIR
#
# A container copies both volumes while everything runs; then all others are paused while it copies what has changed
# since. `docker pause` freezes all processes of a container by its cgroup: nothing writes or sends any more. The order does
# not matter: what a container has received before its pause, the sender had sent before its own, so no copy depends on
# something that another lacks.
[ $# -eq 1 ] && [ -n "$1" ] || { echo "usage: backup.sh DIR" >&2; exit 2; }
case $1 in /*) target=$1 ;; *) target=$PWD/$1 ;; esac
cd "$(dirname "$0")/../.."
. docker/operations/common.sh

# Nothing stays paused for longer than this, whatever happens to the copy.
HALT_LIMIT_S=120
# Checks do not run while a container is paused, and it counts as unhealthy until the next one.
HEALTHY_LIMIT_S=60

[ ! -e "$target" ] || fail "$target is there already: name a new folder"
partial=$target.partial
rm -rf "$partial"
umask 077
mkdir -p "$partial"
pipes=$(mktemp -d)
mkfifo "$pipes/in" "$pipes/out"

running() {
  $COMPOSE ps --format '{{.ID}} {{.State}}' | sed -n 's/ running$//p'
}

resume() {
  [ -s "$pipes/paused" ] || return 0
  # Those that were not reached are not paused; that is no error here.
  docker unpause $(cat "$pipes/paused") > /dev/null 2> "$pipes/errors" ||
    grep -v 'is not paused' "$pipes/errors" >&2 || true
  rm -f "$pipes/paused"
}

clean_up() {
  trap '' INT TERM HUP
  resume
  exec 3>&- 4<&-
  wait
  rm -rf "$pipes" "$partial"
}
exec 3> /dev/null 4< /dev/null
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# If this script is killed while they are paused, this one unpauses them.
guard() {
  trap '' INT TERM HUP
  while kill -0 $$ 2> /dev/null; do
    [ -e "$pipes/paused" ] || return 0
    sleep 1
  done
  resume
}

# Waits for a line of the container.
hear() {
  line=
  read -r -t "$2" line <&4 || true
  case $line in "$1"*) ;; *) fail "no backup was made: the copy ended before it was ${1}" ;; esac
}

# One at a time: the engine gives a name once.
name=$(project)-backup
[ -z "$(docker ps --quiet --filter "name=^/$name\$")" ] || fail "another backup runs, in the container $name"
OPTIONS="--name $name" careledger init backup < "$pipes/in" > "$pipes/out" &
copy=$!
exec 3> "$pipes/in" 4< "$pipes/out"

hear copied 86400
running > "$pipes/paused"
guard 3>&- 4<&- &
echo halting >&3
[ ! -s "$pipes/paused" ] || docker pause $(cat "$pipes/paused") > /dev/null
echo halted >&3
hear taken "$HALT_LIMIT_S"
resume
echo resumed >&3

hear sealed 86400
seconds=${line#sealed }
cat <&4 > "$partial/careledger.tar.gz"
wait "$copy"
sync
mv "$partial" "$target"

deadline=$((SECONDS + HEALTHY_LIMIT_S))
while $COMPOSE ps --format '{{.Health}}' | grep -q unhealthy && [ $SECONDS -lt $deadline ]; do sleep 1; done
echo "backup in $target: it holds private keys; everything stood still for $seconds s"
