/** Names that end as a transcript and are none: debug traces and the copies that compactions of 2026.4 and 2026.5 left. */
const NO_TRANSCRIPT = /\.trajectory\.jsonl$|\.checkpoint\.[0-9a-f-]+\.jsonl$/;

/** Whether a file in a sessions folder is a transcript, by its name. */
export function isTranscriptName(name: string): boolean {
  return name.endsWith('.jsonl') && !NO_TRANSCRIPT.test(name);
}
