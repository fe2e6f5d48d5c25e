import { homedir } from 'node:os';

/** Home of the user. A user without `HOME`, or with an empty one, and without an entry in passwd (a bare uid in a container) has `/`. */
export function userHome(): string {
  try {
    return homedir() || '/';
  } catch {
    return '/';
  }
}
