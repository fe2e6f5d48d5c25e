#!/bin/sh
# What people write for node_exporter's textfile collector instead of this exporter: tokens of each session, size of each
# transcript, counts of files. No kinds, no rules for stale totals, nothing of corruption, routing or databases.
# Usage: instead.sh STATE_DIR > openclaw.prom   (needs find, jq, awk)
set -eu
for folder in "$1"/agents/*/sessions; do
  agent=$(basename "$(dirname "$folder")")
  jq -r --arg agent "$agent" 'to_entries[] | select(.value.totalTokens != null)
    | "openclaw_session_tokens{agent=\"\($agent)\",session=\"\(.key)\"} \(.value.totalTokens)"' "$folder/sessions.json"
  find "$folder" -maxdepth 1 -name '*.jsonl' -printf '%s %f\n' | awk -v agent="$agent" \
    '{ printf "openclaw_transcript_bytes{agent=\"%s\",file=\"%s\"} %s\n", agent, $2, $1 }'
  find "$folder" -type f | awk -v agent="$agent" 'END { printf "openclaw_files{agent=\"%s\"} %d\n", agent, NR }'
done
