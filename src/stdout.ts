import { describeError, ExporterError } from './errors.ts';

/** Resolves when standard output has taken the text. Rejects with an ExporterError where that is closed or full. */
export function print(text: string): Promise<void> {
  // The error comes as an event, too, which would end the process.
  if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(new ExporterError('E_OUTPUT', `standard output (${describeError(error)})`));
    });
  });
}
