#!/usr/bin/env bash
# Follows a stream with curl in a loop, like many scripts do, and prints the seq of each message.
# usage: with_curl.sh URL
set -u
id="" retry_ms=1000

# Handles an event at its blank line, so that a partial one has no effect.
read_events() {
  local line event="" data="" new_id="" seq
  while IFS= read -r line; do
    case "$line" in
      "event: "*) event="${line#event: }" ;;
      "data: "*) data="${line#data: }" ;;
      "id: "*) new_id="${line#id: }" ;;
      "retry: "*) retry_ms="${line#retry: }" ;;
      "")
        id="${new_id:-$id}"
        if [[ -n $data && -z $event ]]; then
          seq="${data#*\"seq\":}"
          printf '%s\n' "${seq%%[,\}]*}"
        fi
        event="" data="" new_id=""
        ;;
    esac
  done
}

while true; do
  read_events < <(curl --silent --insecure --no-buffer --fail ${id:+--header "Last-Event-ID: $id"} "$1")
  sleep "$((retry_ms / 1000)).$(printf '%03d' "$((retry_ms % 1000))")"
done
