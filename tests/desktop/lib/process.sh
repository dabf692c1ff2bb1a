# shellcheck shell=bash
# Starting, awaiting and ending the session's processes.

say() {
  [ "${DS_VERBOSE:-no}" = no ] || echo "${0##*/}: $*" >&2
}

# config NAME — the path of a component's configuration
config() {
  echo "${BASH_SOURCE[0]%/*}/../etc/$1"
}

# die TEXT [LOG…] — says what failed and shows the end of the logs that tell why
die() {
  echo "${0##*/}: $1" >&2
  shift
  local log
  for log; do
    [ ! -s "$DS_LOG/$log.log" ] || tail -n 5 "$DS_LOG/$log.log" | sed "s/^/  $log: /" >&2
  done
  exit 125
}

# start NAME COMMAND… — in the background, logged, noted in DS_PIDS; reads from $input, where that is set
start() {
  local name=$1
  shift
  "$@" <"${input:-/dev/null}" >>"$DS_LOG/$name.log" 2>&1 &
  started=$!
  echo "$name $started $(born "$started")" >>"$DS_PIDS"
  say "started $name ($started)"
}

# start_ready NAME COMMAND… — like start, for a program that tells when it is ready by one line, written to its file
# descriptor 3 or to $DS_DIR/NAME.ready. Waits for that line and leaves it in $REPLY.
start_ready() {
  local fifo=$DS_DIR/$1.ready both reader
  mkfifo "$fifo"
  exec {both}<>"$fifo" # a fifo with only one end would block at its opening
  start "$@" 3>&"$both"
  exec {reader}<"$fifo" {both}>&- # from here on a program that dies is the end of the file
  read -r -t 20 -u "$reader" REPLY || die "$1 did not get ready" "$1"
  exec {reader}<&-
  rm "$fifo"
}

# until_ok SECONDS COMMAND… — for conditions that have no event to wait for
until_ok() {
  local tries=$(($1 * 20))
  shift
  while ! "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || return 1
    sleep .05
  done
}

# wait_name NAME — until somebody owns the name on the session bus
wait_name() {
  gdbus wait --session --timeout 20 "$1"
}

# born PID — the start time in clock ticks, which with the pid names one process for ever; nothing for a dead one
born() {
  local stat fields
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  read -ra fields <<<"${stat##*) }" # the name before it may contain anything
  [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

# lives PID START-TIME — whether this process, and not a later one with its pid, still runs
lives() {
  [ -n "$2" ] && [ "$(born "$1")" = "$2" ]
}

# stop PID… — asks, waits up to 2 s, then insists
stop() {
  kill -TERM "$@" 2>/dev/null || true
  until_ok 2 ended "$@" || kill -KILL "$@" 2>/dev/null || true
}

ended() {
  local pid
  for pid; do [ -z "$(born "$pid")" ] || return 1; done
}

# find_ours — fills $ours with every process of the session: those below this one, whatever they did to their
# environment, and those that a program outside started with the environment of --env-file.
find_ours() {
  local queue=("$$") children i file pid
  for ((i = 0; i < ${#queue[@]}; i++)); do # nothing is forked here, it would find itself
    for file in /proc/"${queue[i]}"/task/*/children; do
      children=()
      { read -ra children <"$file"; } 2>/dev/null || true # the line has no end
      queue+=("${children[@]}")
    done
  done
  mapfile -t -O "${#queue[@]}" queue < <(grep -lzxs "DS_ID=$DS_ID" /proc/[0-9]*/environ | cut -d/ -f3)
  ours=()
  for pid in "${queue[@]}"; do
    [ "$pid" = $$ ] || [ -z "$(born "$pid")" ] || ours+=("$pid")
  done
}

# teardown KEEP — COMMAND, then the components in reverse order, then whatever they left, then the folder
teardown() {
  set +e
  trap - EXIT
  trap '' INT TERM HUP
  local components name pid birth ours
  [ -z "${command_pid:-}" ] || stop "$command_pid"
  mapfile -t components < <(tac "$DS_PIDS")
  for name in "${components[@]}"; do
    read -r name pid birth <<<"$name"
    ! lives "$pid" "$birth" || stop "$pid"
  done
  for _ in 1 2 3; do # what is stopped may leave children behind
    find_ours
    [ ${#ours[@]} -gt 0 ] || break
    stop "${ours[@]}"
  done
  if [ "$1" = yes ]; then echo "session: kept $DS_DIR" >&2; else rm -rf "$DS_DIR"; fi
}
