import { compare, hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { BasicAuth } from '../../src/http/basic-auth.ts';

const PASSWORD = 'p:ä ss';
const HASH = hashSync(PASSWORD, 4);
const USERS = new Map([
  ['alice', HASH],
  // As htpasswd writes it.
  ['bob', HASH.replace('$2b$', '$2y$')],
  ['', HASH],
]);
const HERE = { address: '127.0.0.1', isGone: () => false };

function header(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** With the costs of the hashes that it compared with. */
function counted() {
  const costs: string[] = [];
  const auth = new BasicAuth(async (password, hash) => {
    costs.push(hash.slice(4, 6));
    return await compare(password, hash);
  });
  return { auth, costs };
}

describe('a request', () => {
  it.each([
    ['with the right password', header('alice', PASSWORD), 'right', 1],
    ['with a hash of htpasswd', header('bob', PASSWORD), 'right', 1],
    ['of a user without a name', header('', PASSWORD), 'right', 1],
    ['with the scheme in other letters', header('alice', PASSWORD).replace('Basic', 'bAsIC'), 'right', 1],
    ['with a wrong password', header('alice', 'p'), 'wrong', 1],
    ['with no password', header('alice', ''), 'wrong', 1],
    ['of a user who is not there', header('mallory', PASSWORD), 'wrong', 1],
    ['of a user whom every object has', header('constructor', PASSWORD), 'wrong', 1],
    ['without a header', undefined, 'wrong', 0],
    ['of another scheme', header('alice', PASSWORD).replace('Basic', 'Bearer'), 'wrong', 0],
    ['without a colon', `Basic ${Buffer.from('alice').toString('base64')}`, 'wrong', 0],
    ['with what is no base64', 'Basic alice:secret', 'wrong', 0],
    ['with nothing', 'Basic ', 'wrong', 0],
    // A pattern that tries every way to divide them has not ended before the test does.
    ['with a million spaces', `Basic ${' '.repeat(1_000_000)}!`, 'wrong', 0],
  ])('%s is judged', async (_, authorization, verdict, comparisons) => {
    const { auth, costs } = counted();
    expect(await auth.check(USERS, authorization, HERE)).toBe(verdict);
    expect(costs).toHaveLength(comparisons);
    // The second time costs nothing.
    expect(await auth.check(USERS, authorization, HERE)).toBe(verdict);
    expect(costs).toHaveLength(comparisons);
  });

  it('of a user who is not there costs as much as one of the costliest user', async () => {
    const { auth, costs } = counted();
    const users = new Map([...USERS, ['carol', hashSync('x', 5)]]);
    await auth.check(users, header('mallory', 'x'), HERE);
    expect(costs).toEqual(['05']);
  });

  it('is judged by the users of this moment', async () => {
    const { auth } = counted();
    const asked = () => header('alice', PASSWORD);
    expect(await auth.check(USERS, asked(), HERE)).toBe('right');
    const others = new Map([['alice', hashSync('another', 4)]]);
    expect(await auth.check(others, asked(), HERE)).toBe('wrong');
    expect(await auth.check(new Map([['bob', HASH]]), asked(), HERE)).toBe('wrong');
    expect(await auth.check(USERS, asked(), HERE)).toBe('right');
  });
});

describe('what was compared', () => {
  it('is remembered: wrong passwords do not push the right one out, and the oldest are forgotten', async () => {
    const passwords: string[] = [];
    const auth = new BasicAuth(async (password) => {
      passwords.push(password);
      return password === PASSWORD;
    });
    expect(await auth.check(USERS, header('alice', PASSWORD), HERE)).toBe('right');
    for (let at = 0; at < 300; at += 1) await auth.check(USERS, header('alice', `wrong ${at}`), HERE);
    const before = passwords.length;
    expect(await auth.check(USERS, header('alice', PASSWORD), HERE)).toBe('right');
    expect(await auth.check(USERS, header('alice', 'wrong 299'), HERE)).toBe('wrong');
    expect(passwords).toHaveLength(before);
    expect(await auth.check(USERS, header('alice', 'wrong 0'), HERE)).toBe('wrong');
    expect(passwords).toHaveLength(before + 1);
  });
});

describe('at once', () => {
  /** Compares when the test says so. */
  function held() {
    const waiting: { password: string; go: (isSame: boolean) => void }[] = [];
    let most = 0;
    const auth = new BasicAuth((password) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiting.push({ password, go: resolve });
      most = Math.max(most, waiting.length);
      return promise;
    });
    /** Lets everything that waits be compared, one after the other. */
    async function finish(): Promise<string[]> {
      const passwords: string[] = [];
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        passwords.push(next.password);
        next.go(next.password === PASSWORD);
        await new Promise(setImmediate);
      }
      return passwords;
    }
    return { auth, finish, most: () => most };
  }

  it('one password is compared for all who ask with it, and one password at a time', async () => {
    const { auth, finish, most } = held();
    const same = Array.from({ length: 20 }, () => auth.check(USERS, header('alice', PASSWORD), HERE));
    const other = auth.check(USERS, header('bob', 'x'), HERE);
    expect(await finish()).toEqual([PASSWORD, 'x']);
    expect(new Set(await Promise.all(same))).toEqual(new Set(['right']));
    expect(await other).toBe('wrong');
    expect(most()).toBe(1);
  });

  it('few may wait, and fewer of one address: one that tries passwords leaves places for others', async () => {
    const { auth, finish } = held();
    const from = (address: string, count: number) =>
      Array.from({ length: count }, (_, at) =>
        auth.check(USERS, header('alice', `${address} ${at}`), { address, isGone: () => false }),
      );
    const flood = from('192.0.2.1', 1000);
    const good = auth.check(USERS, header('alice', PASSWORD), HERE);
    const floods = Array.from({ length: 50 }, (_, at) => from(`192.0.2.${at + 2}`, 100)).flat();
    const passwords = await finish();
    expect(await good).toBe('right');
    const answers = await Promise.all(flood);
    // One is compared, four wait.
    expect(answers.filter((each) => each === 'wrong')).toHaveLength(5);
    expect(answers.filter((each) => each === 'busy')).toHaveLength(995);
    expect(new Set(await Promise.all(floods))).toEqual(new Set(['wrong', 'busy']));
    expect(passwords).toHaveLength(17);
  });

  it('not more than a hundred wait for the same comparison', async () => {
    const { auth, finish } = held();
    const same = Array.from({ length: 150 }, () => auth.check(USERS, header('alice', PASSWORD), HERE));
    await finish();
    const verdicts = await Promise.all(same);
    expect([verdicts.filter((each) => each === 'right').length, verdicts.at(-1)]).toEqual([100, 'busy']);
  });

  it('what nobody waits for any more is not compared', async () => {
    const { auth, finish } = held();
    const first = auth.check(USERS, header('alice', 'first'), HERE);
    const gone = auth.check(USERS, header('alice', 'second'), { address: 'x', isGone: () => true });
    expect(await finish()).toEqual(['first']);
    expect([await first, await gone]).toEqual(['wrong', 'busy']);
    // And nothing was decided about it.
    const again = auth.check(USERS, header('alice', 'second'), HERE);
    expect(await finish()).toEqual(['second']);
    expect(await again).toBe('wrong');
  });

  it('a comparison that fails is an error of its requests alone', async () => {
    let fails = true;
    const auth = new BasicAuth(async () => {
      if (fails) throw new Error('broken');
      return true;
    });
    await expect(auth.check(USERS, header('alice', PASSWORD), HERE)).rejects.toThrow('broken');
    fails = false;
    expect(await auth.check(USERS, header('alice', PASSWORD), HERE)).toBe('right');
  });
});
