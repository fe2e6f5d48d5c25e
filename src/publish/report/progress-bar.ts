import { SingleBar } from 'cli-progress';
import { bytesInWords } from '../words.ts';

/** Bytes of transcripts that a deep scan has validated so far, of those that it has to. */
export interface Validated {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** How far a deep scan came, on a terminal: a bar with bytes, rate and the time that is left. Nothing of it stays. */
export class ProgressBar {
  private readonly stream: NodeJS.WritableStream;
  private readonly bar: SingleBar;
  private total = 0;
  private done = 0;
  private startedMs: number | null = null;
  /** Ctrl-C ends the process, and leaves no half of a bar in front of the prompt. */
  private readonly onInterrupt = () => {
    this.wipe();
    process.kill(process.pid, 'SIGINT');
  };

  constructor(stream: NodeJS.WritableStream) {
    this.stream = stream;
    this.bar = new SingleBar({
      stream,
      format: 'validating [{bar}] {percentage} %  {value} of {total}  {rate}/s  {eta_formatted}',
      barsize: 14,
      clearOnComplete: true,
      // `true` cuts the line to the terminal. Otherwise it would switch off the wrapping of lines, and a kill would leave that so.
      linewrap: true,
      gracefulExit: false,
      formatValue: (value, _options, type) => (type === 'percentage' ? String(value) : bytesInWords(value)),
      formatTime: (seconds) =>
        this.done > 0 && Number.isFinite(Number(seconds)) ? `${timeOf(Number(seconds))} left` : '',
    });
  }

  show({ doneBytes, totalBytes }: Validated): void {
    this.done = doneBytes;
    this.total = totalBytes;
    if (this.startedMs === null) this.start();
    else this.bar.update(doneBytes, this.payload());
  }

  /** Writes a line of the log above the bar. */
  beside(line: string): void {
    const isShown = this.startedMs !== null;
    if (isShown) this.bar.stop();
    this.stream.write(line);
    if (isShown) this.bar.start(this.total, this.done, this.payload());
  }

  wipe(): void {
    if (this.startedMs === null) return;
    this.startedMs = null;
    process.off('SIGINT', this.onInterrupt);
    this.bar.stop();
  }

  private start(): void {
    this.startedMs = performance.now();
    process.once('SIGINT', this.onInterrupt);
    this.bar.start(this.total, this.done, this.payload());
  }

  private payload(): { rate: string } {
    const seconds = (performance.now() - (this.startedMs ?? 0)) / 1000;
    return { rate: bytesInWords(seconds > 0 ? this.done / seconds : 0) };
  }
}

function timeOf(seconds: number): string {
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
