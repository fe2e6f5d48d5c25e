import { randomBytes, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Kinds of names as certificates number them. */
const MAIL = 1;
const DNS = 2;
const URI = 6;
const IP = 7;

export type Authority = Awaited<ReturnType<typeof createAuthority>>;

/** An authority and what it signs, for servers and for clients. */
export async function createAuthority() {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'An authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  async function issue(names: readonly string[], use: object): Promise<KeyPair> {
    const issued = await generate([{ name: 'commonName', value: names[0] ?? '' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ca: { key, cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'keyUsage', digitalSignature: true },
        { name: 'extKeyUsage', ...use },
        { name: 'subjectAltName', altNames: names.map(altName) },
      ],
    });
    return { key: issued.private, cert: issued.cert };
  }
  return {
    cert,
    /** For the loopback address. */
    server: () => issue(['localhost', '127.0.0.1'], { serverAuth: true }),
    client: (...names: readonly string[]) => issue(names, { clientAuth: true }),
  };
}

function altName(name: string) {
  if (/^[\d.]+$/.test(name)) return { type: IP, ip: name } as const;
  if (name.includes('://')) return { type: URI, value: name } as const;
  return { type: name.includes('@') ? MAIL : DNS, value: name } as const;
}

export function serialOf(cert: string): string {
  return new X509Certificate(cert).serialNumber;
}

/** A text with the form of a bcrypt hash, of no password. */
export function someHash(cost = 10): string {
  return `$2y$${String(cost).padStart(2, '0')}$${'.'.repeat(22)}${randomBytes(31).toString('hex').slice(0, 31)}`;
}
