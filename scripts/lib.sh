# Shared by ./run and ./test. Sourced, never run. Expects `set -euo pipefail` and the repository root as working folder.
# Its caller reads some of what it sets, and sets some of what it reads.
# shellcheck shell=bash disable=SC2034,SC2154

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# --- what a machine needs ------------------------------------------------------------------------------------------

# install_missing "COMMAND PACKAGE WHY"...
install_missing() {
  local wanted=() entry command package why
  for entry in "$@"; do
    read -r command package why <<<"$entry"
    command -v "$command" >/dev/null && continue
    say "Missing: $package ($why)"
    wanted+=("$package")
  done
  ((${#wanted[@]})) || return 0

  local root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "Install these as root, then try again: ${wanted[*]}"
    root=(sudo)
  fi
  command -v apt-get >/dev/null || fail "This is no Debian. Install what stands for these packages, then try again: ${wanted[*]}"
  say "Installing with apt-get: ${wanted[*]}"
  "${root[@]}" apt-get update -q >&2 || fail "apt-get update failed."
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${wanted[@]}" >&2 ||
    fail "apt-get could not install: ${wanted[*]}"
  if [[ " ${wanted[*]} " == *" redis-server "* ]]; then
    stop_redis_service "${root[@]}"
  fi
}

# Debian starts a Redis of its own on installing; only its program is wanted here.
stop_redis_service() {
  if [[ -d /run/systemd/system ]]; then
    "$@" systemctl disable --quiet --now redis-server >&2 || true
  else
    "$@" service redis-server stop >&2 || true
  fi
}

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

need_dotnet() {
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
  command -v dotnet >/dev/null || fail "The .NET SDK is missing: https://dotnet.microsoft.com/download (version: global.json)"
}

# A registry may fail for a moment: three tries, of the command given and of nothing else.
retry() {
  local try
  for try in 1 2 3; do
    "$@" && return 0
    ((try < 3)) && say "Failed (try $try of 3): $*" && sleep $((try * 5))
  done
  return 1
}

# --- processes -----------------------------------------------------------------------------------------------------

declare -A PID_OF=() # name -> pid, which is its process group too
STARTED=()           # names, oldest first

# launch NAME COMMAND...   in a process group of its own, output in $WORK/NAME.log
launch() {
  local name=$1
  shift
  : >"$WORK/$name.log"
  setsid "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
  adopt "$name" $!
}

adopt() {
  PID_OF[$1]=$2
  STARTED+=("$1")
}

# Newest first, so that what uses a server ends before it; whole groups, so that no grandchild stays.
stop_all() {
  local i
  for ((i = ${#STARTED[@]} - 1; i >= 0; i--)); do
    stop_group "${PID_OF[${STARTED[i]}]:-}"
  done
  STARTED=()
}

stop_group() {
  local tenths
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for ((tenths = 0; tenths < 150; tenths++)); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

# build PROJECT_OR_SOLUTION OPTION...   One compiler for all projects, nobody else's: each new one would have its analyzers
# compiled anew. It ends with the build, and so do the build's nodes.
build() {
  local code=0
  MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 setsid dotnet build "$1" -c Release --no-restore --nologo \
    -v quiet -p:UseSharedCompilation=true -p:SharedCompilationId="hobom-$$" "${@:2}" </dev/null &
  adopt build $!
  wait "${PID_OF[build]}" || code=$?
  kill -TERM -- "-${PID_OF[build]}" 2>/dev/null || true
  unset 'PID_OF[build]'
  return "$code"
}

# wait_until SECONDS NAME COMMAND...   until the command succeeds, as long as the process NAME lives
wait_until() {
  local end=$((SECONDS + $1)) name=$2
  shift 2
  while ((SECONDS <= end)); do
    "$@" && return 0
    kill -0 "${PID_OF[$name]}" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# --- ports and servers ---------------------------------------------------------------------------------------------

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the range from which the system hands out ports by itself.
free_port() {
  local port
  while port=$((RANDOM % 12000 + 20000)); answers "$port"; do :; done
  echo "$port"
}

# Sets REDIS_PORT.
start_redis() {
  REDIS_PORT=$(free_port)
  mkdir -p "$WORK/redis"
  launch redis redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$WORK/redis" \
    --appendonly yes --save '' --maxmemory-policy noeviction
  wait_until 20 redis answers "$REDIS_PORT" || fail "Redis did not start: $WORK/redis.log"
}

# Sets BROKER (host:port) and BROKER_NAME; wants the sandbox's program in $sandbox. What HOBOM_KAFKA_BROKER names is
# used as it is.
start_broker() {
  if [[ -n ${HOBOM_KAFKA_BROKER:-} ]]; then
    BROKER=$HOBOM_KAFKA_BROKER BROKER_NAME='the broker that HOBOM_KAFKA_BROKER names'
  elif [[ -n ${KAFKA_HOME:-} ]]; then
    start_real_broker
  else
    start_mock_broker
  fi
}

start_mock_broker() {
  launch kafka dotnet "$sandbox" broker
  wait_until 20 kafka grep -qE '^[0-9.]+:[0-9]+$' "$WORK/kafka.log" || fail "The mock broker did not start: $WORK/kafka.log"
  BROKER=$(grep -m 1 -E '^[0-9.]+:[0-9]+$' "$WORK/kafka.log") BROKER_NAME='the mock broker of librdkafka'
}

# One node, broker and controller in one process.
start_real_broker() {
  local port controller dir=$WORK/kafka
  port=$(free_port) controller=$(free_port)
  mkdir -p "$dir"
  cat >"$dir/server.properties" <<EOF
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/data
auto.create.topics.enable=true
num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
EOF
  export LOG_DIR=$dir/logs KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xms256m -Xmx512m}
  "$KAFKA_HOME/bin/kafka-storage.sh" format --cluster-id aG9ib20tc2FuZGJveC0xMg \
    --config "$dir/server.properties" >"$WORK/kafka-format.log" 2>&1 || fail "Kafka's storage: $WORK/kafka-format.log"
  launch kafka "$KAFKA_HOME/bin/kafka-server-start.sh" "$dir/server.properties"
  BROKER=127.0.0.1:$port BROKER_NAME="Kafka under $KAFKA_HOME"
  wait_until 60 kafka dotnet "$sandbox" broker-ready --broker "$BROKER" --time-limit 2 || fail "Kafka did not start: $WORK/kafka.log"
}

# --- the broker's store, and an application in plain SQL -----------------------------------------------------------

# Both set DATABASE, as the shop wants it, and SQL, the command that runs what it reads.
start_sqlite() {
  DATABASE=$WORK/broker.db
  SQL=(sqlite3 -bail -cmd '.timeout 15000' "$DATABASE")
}

start_postgres() {
  local programs port data=$WORK/postgres owner=()
  programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
  port=$(free_port)
  mkdir -p "$data"
  # The server refuses to be run by root, and has to get through to its folder.
  if ((EUID == 0)); then
    chmod o+x "$WORK"
    chown postgres "$data"
    owner=(runuser -u postgres --)
  fi
  (cd "$data" && "${owner[@]}" "$programs/initdb" -D "$data" -A trust -U postgres -E UTF8 --no-sync) >"$WORK/initdb.log" 2>&1 ||
    fail "PostgreSQL's folder: $WORK/initdb.log"
  launch postgres env -C "$data" "${owner[@]}" "$programs/postgres" -D "$data" -p "$port" -k "$data" -c listen_addresses=127.0.0.1
  SQL=(psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres)
  DATABASE="Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
  wait_until 30 postgres answers "$port" || fail "PostgreSQL did not start: $WORK/postgres.log"
}

# The processor's setting that names it.
broker_store() {
  if [[ $provider == sqlite ]]; then echo "HOBOM_BROKER_SQLITE_FILE=$DATABASE"; else echo "HOBOM_BROKER_DATABASE_URL=$DATABASE"; fi
}

# A table, the triggers that capture prints for it, and a note a second. Wants the processor's program in $processor.
start_notes() {
  local text capture=(dotnet "$processor" broker capture --table notes --provider "$provider")
  if [[ $provider == sqlite ]]; then
    text='integer primary key' && capture+=(--file "$DATABASE")
  else
    text='integer primary key generated always as identity'
  fi
  if ! {
    "${SQL[@]}" <<<"create table notes (id $text, words text not null);" &&
      "${capture[@]}" >"$WORK/capture.sql" && "${SQL[@]}" <"$WORK/capture.sql"
  } >"$WORK/capture.log" 2>&1; then
    fail "The triggers of the notes: $WORK/capture.log"
  fi
  # shellcheck disable=SC2016
  launch notes bash -c 'while n=$((n + 1)); do "$@" <<<"insert into notes (words) values ($(printf "%s" "'\''note $n'\''"));"; sleep 1; done' \
    notes "${SQL[@]}"
}
