import { createHmac, randomBytes } from 'node:crypto';
import { compareInThread } from './compare-in-thread.ts';

/** Names of users and the bcrypt hashes of their passwords. */
export type Users = ReadonlyMap<string, string>;

/** `busy`: too many other passwords wait to be compared; nothing was looked at. */
export type Verdict = 'right' | 'wrong' | 'busy';

/** Who asks. */
interface Asker {
  readonly address: string;
  /** Whether nobody waits for the answer any more. */
  readonly isGone: () => boolean;
}

/** A password that waits to be compared, or is. */
interface Comparison {
  readonly user: string;
  readonly hash: string;
  readonly password: string;
  readonly address: string;
  readonly askers: Asker[];
  readonly verdict: PromiseWithResolvers<Verdict>;
}

/** How many different passwords may wait. */
const WAITING = 16;
/** How many of one address: whoever tries passwords does not fill the places of all. */
const WAITING_OF_ADDRESS = 4;
/** How many requests with the same words may wait for one comparison. */
const WAITING_ALIKE = 100;
/** As exporter-toolkit. Of right and of wrong passwords each: trying passwords pushes no right one out. */
const REMEMBERED = 100;
/** Of the comparison for a user who is not there, where no user says how long one takes. */
const USUAL_COST = 10;

/**
 * Compares the passwords of requests with bcrypt hashes, one at a time: each takes a tenth of a second of a processor. What was
 * compared is remembered.
 */
export class BasicAuth {
  private readonly compareWithHash: (password: string, hash: string) => Promise<boolean>;
  private users: Users = new Map();
  private standIn = standInFor(this.users);
  /** So that what is remembered cannot be tried out by whoever sees this memory. */
  private readonly secret = randomBytes(32);
  private readonly right = new Set<string>();
  private readonly wrong = new Set<string>();
  private readonly comparisons = new Map<string, Comparison>();
  private readonly waiting: Comparison[] = [];
  private isComparing = false;

  constructor(compareWithHash = compareInThread()) {
    this.compareWithHash = compareWithHash;
  }

  /** `authorization`: the header of that name. */
  async check(users: Users, authorization: string | undefined, asker: Asker): Promise<Verdict> {
    if (users !== this.users) {
      this.users = users;
      this.standIn = standInFor(users);
    }
    const given = credentials(authorization);
    if (given === null) return 'wrong';
    // A user who is not there costs one comparison as well: the time does not tell who is.
    const hash = users.get(given.user) ?? this.standIn;
    const key = this.keyOf([given.user, hash, given.password]);
    if (this.right.has(key)) return 'right';
    if (this.wrong.has(key)) return 'wrong';
    const verdict = await this.join(key, { ...given, hash }, asker);
    if (verdict === 'right') remember(this.right, key);
    if (verdict === 'wrong') remember(this.wrong, key);
    return verdict;
  }

  /** One comparison for all who ask with the same words. */
  private join(
    key: string,
    given: Pick<Comparison, 'user' | 'hash' | 'password'>,
    asker: Asker,
  ): Promise<Verdict> | Verdict {
    const same = this.comparisons.get(key);
    if (same !== undefined) {
      if (same.askers.length >= WAITING_ALIKE) return 'busy';
      same.askers.push(asker);
      return same.verdict.promise;
    }
    const ofAddress = this.waiting.filter(({ address }) => address === asker.address);
    if (this.waiting.length >= WAITING || ofAddress.length >= WAITING_OF_ADDRESS) return 'busy';
    const { address } = asker;
    const comparison = { ...given, address, askers: [asker], verdict: Promise.withResolvers<Verdict>() };
    this.comparisons.set(key, comparison);
    this.waiting.push(comparison);
    const forget = () => this.comparisons.delete(key);
    comparison.verdict.promise.then(forget, forget);
    void this.work();
    return comparison.verdict.promise;
  }

  private async work(): Promise<void> {
    if (this.isComparing) return;
    this.isComparing = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      try {
        next.verdict.resolve(await this.compare(next));
      } catch (error) {
        next.verdict.reject(error);
      }
    }
    this.isComparing = false;
  }

  private async compare({ user, hash, password, askers }: Comparison): Promise<Verdict> {
    if (askers.every(({ isGone }) => isGone())) return 'busy';
    const isSame = await this.compareWithHash(password, hash);
    return isSame && this.users.get(user) === hash ? 'right' : 'wrong';
  }

  private keyOf(words: readonly string[]): string {
    return createHmac('sha256', this.secret).update(JSON.stringify(words)).digest('base64');
  }
}

/** The oldest makes room. */
function remember(keys: Set<string>, key: string): void {
  keys.add(key);
  for (const oldest of keys) {
    if (keys.size <= REMEMBERED) return;
    keys.delete(oldest);
  }
}

function credentials(authorization: string | undefined): { user: string; password: string } | null {
  const [scheme] = /^Basic +/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined) return null;
  // In two steps: a pattern of both tries every way to divide 16 KiB of spaces, and all others wait.
  const encoded = (authorization ?? '').slice(scheme.length).trimEnd();
  if (!/^[A-Za-z0-9+/=_-]*$/.test(encoded)) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A hash of no password, as costly as the costliest of the users. */
function standInFor(users: Users): string {
  const costs = [...users.values()].map(costOf);
  const cost = costs.length === 0 ? USUAL_COST : Math.max(...costs);
  return `$2b$${String(cost).padStart(2, '0')}$${randomBytes(64)
    .toString('hex')
    .slice(0, 53)
    .replace(/^(.{21})./, '$1.')}`;
}

/** The base 2 logarithm of the rounds of a bcrypt hash. */
export function costOf(hash: string): number {
  return Number(hash.slice(4, 6));
}
