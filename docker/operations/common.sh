# What the operations of a deployment in containers share; bash 3.2 or later, docker with compose, and nothing else.
# COMPOSE is the compose command, as the Makefile has it.
set -euo pipefail
COMPOSE=${COMPOSE:-docker compose}

fail() {
  echo "$*" >&2
  exit 1
}

# The project's program in a container of its own: `init` reaches no network, `setup` the nodes'. OPTIONS go to the
# container.
careledger() {
  local container=network-$1
  shift
  $COMPOSE run --rm --no-deps -T ${OPTIONS:-} "$container" node network/runners/bin/careledger-compose.js "$@"
}

# Name of the deployment: that of its volumes and containers begins with it.
project() {
  $COMPOSE config | sed -n 's/^name: //p'
}

# Sets a variable of .env, which compose reads by itself.
set_variable() {
  [ -f .env ] || cp .env.example .env
  { grep -v "^$1=" .env || true; } > .env.partial
  echo "$1=$2" >> .env.partial
  mv .env.partial .env
}

is_there() {
  [ -n "$($COMPOSE ps --all --quiet "$1" 2> /dev/null)" ]
}

# Creates containers again, so that they read their present configuration; those that are not part of this deployment are left out.
recreate() {
  local name there=()
  for name in "$@"; do ! is_there "$name" || there+=("$name"); done
  [ ${#there[@]} -eq 0 ] || $COMPOSE up -d --no-deps --force-recreate --wait "${there[@]}"
}

# Does to containers what the program in the container asked for: one verb with its containers in each line.
perform() {
  local verb names name
  while read -r verb names <&3; do
    case $verb in
      set) set_variable $names ;;
      # Ends when gateways endorse on every channel.
      set-up) careledger setup set-up < /dev/null > /dev/null ;;
      start) $COMPOSE up -d --no-deps --wait $names ;;
      remove) $COMPOSE rm --stop --force $names ;;
      restart) recreate $names ;;
      # One after the other, so that another provider serves while one is away.
      roll) for name in $names; do recreate "$name"; done ;;
      *) fail "this script does not know the step \"$verb\": is the image of another version? docker compose build" ;;
    esac
  done 3<<< "$1"
}
