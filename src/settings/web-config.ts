import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { codeOf, describeError, ExporterError } from '../errors.ts';
import { costOf } from '../http/basic-auth.ts';
import { type Admission, OPEN } from '../http/gate.ts';
import { CLIENT_AUTH, type ClientAuthType, type TlsSettings } from '../http/tls.ts';
import { type Flaw, parseContent } from './content.ts';
import { refusal } from './mistakes.ts';
import { readSmallFile } from './small-file.ts';
import { HIGH_COST, type TlsServerConfig, WebConfigContent } from './web-config-schema.ts';
import { CURVES, ciphersOf, VERSIONS } from './web-config-tls.ts';
import { parseYaml } from './yaml-file.ts';

/** What `--web.config.file` says, with the files that it names. */
export interface WebConfig extends Admission {
  /** null: plain HTTP. */
  readonly tls: TlsSettings | null;
  /** What the operator should know of it, for log and status page. */
  readonly warnings: readonly string[];
}

/** Bytes of it, and of a file that it names. A bundle of all public authorities has a quarter of it. */
const LARGEST_BYTES = 1024 * 1024;

export function readWebFile(path: string): string {
  return readSmallFile(path, LARGEST_BYTES);
}

/** Without a file. */
export const NO_WEB_CONFIG: WebConfig = { ...OPEN, tls: null, warnings: [] };

export const WEB_CONFIG_WARNINGS = {
  costly: `A password in --web.config.file has a bcrypt cost above ${HIGH_COST}: to compare it takes seconds, and no other password is compared meanwhile. Make its hash anew with a cost of 10 or 12.`,
  oldTls:
    '--web.config.file lets clients use TLS 1.0 or 1.1, which are broken, and with them weak keys and signatures: set min_version to TLS12.',
  nameless:
    'A user in --web.config.file has no name: whoever knows that password is let in without one. Is a name missing in front of its colon?',
  http2: 'http2 in --web.config.file has no effect: this exporter speaks HTTP/1.1, which every client does, too.',
} as const;

/**
 * Reads a file in the schema of exporter-toolkit, and the files that it names, relative to its folder. Throws an ExporterError with
 * each mistake: file, line, key and what to do. No text of a file is in it.
 */
export function readWebConfig(path: string, read: (path: string) => string = readWebFile): WebConfig {
  const file = parseYaml(readConfig(path, read), path);
  const { data, flaws } = parseContent(WebConfigContent, file.content ?? {});
  if (data === null) throw refusal(flaws.map(file.mistake));
  const { basic_auth_users: users, http_server_config: http, rate_limit: limit, tls_server_config: tls } = data;
  const source: Source = { path, read, flaws: [] };
  const settings = tls === null || isEmpty(tls) ? null : tlsSettings(tls, source);
  if (source.flaws.length > 0) throw refusal(source.flaws.map(file.mistake));
  const isCostly = [...users.values()].some((hash) => costOf(hash) > HIGH_COST);
  const isOld = tls?.min_version === 'TLS10' || tls?.min_version === 'TLS11';
  return {
    headers: http?.headers ?? {},
    users,
    rateLimit: limit,
    tls: settings,
    warnings: [
      ...(isCostly ? [WEB_CONFIG_WARNINGS.costly] : []),
      ...(users.has('') ? [WEB_CONFIG_WARNINGS.nameless] : []),
      ...(isOld ? [WEB_CONFIG_WARNINGS.oldTls] : []),
      ...(http?.http2 === true ? [WEB_CONFIG_WARNINGS.http2] : []),
    ],
  };
}

function readConfig(path: string, read: (path: string) => string): string {
  try {
    return read(path);
  } catch (error) {
    throw new ExporterError('E_CONFIG', `--web.config.file: ${path} cannot be read (${describeError(error)})`);
  }
}

function isEmpty(tls: TlsServerConfig): boolean {
  return Object.values(tls).every((value) => value === null);
}

interface Source {
  readonly path: string;
  readonly read: (path: string) => string;
  /** What is wrong, so far. */
  readonly flaws: Flaw[];
}

/** The reading goes on, so that all that is wrong is told at once. */
function note({ flaws }: Source, key: keyof TlsServerConfig, text: string): null {
  flaws.push({ at: ['tls_server_config', key], text: `tls_server_config: ${text}` });
  return null;
}

/** null: what is wrong is noted. */
function tlsSettings(tls: TlsServerConfig, source: Source): TlsSettings | null {
  const clientAuth = tls.client_auth_type ?? 'NoClientCert';
  const cert = needed(tls, 'cert', source);
  const key = needed(tls, 'key', source);
  const ca = pem(tls, 'client_ca', source);
  const min = tls.min_version ?? 'TLS12';
  const max = tls.max_version ?? 'TLS13';
  if (VERSIONS[min].order > VERSIONS[max].order)
    note(source, 'min_version', `min_version ${min} is above max_version ${max}`);
  checkPair(cert, key, source);
  checkClients(tls, clientAuth, ca, source);
  if (cert === null || key === null || source.flaws.length > 0) return null;
  const ciphers = ciphersOf(tls.cipher_suites ?? [], min);
  const context = {
    cert: cert.text,
    key: key.text,
    ...(ca !== null && { ca: ca.text }),
    minVersion: VERSIONS[min].name,
    maxVersion: VERSIONS[max].name,
    ...(ciphers !== null && { ciphers }),
    ...(tls.curve_preferences !== null && { ecdhCurve: tls.curve_preferences.map((curve) => CURVES[curve]).join(':') }),
    honorCipherOrder: tls.prefer_server_cipher_suites ?? true,
  };
  try {
    createSecureContext(context);
  } catch (error) {
    return note(source, cert.key, `OpenSSL refuses ${cert.origin}: ${refusalInWords(error)}`);
  }
  return { context, clientAuth, allowedNames: tls.client_allowed_sans };
}

const REFUSALS: Readonly<Record<string, string>> = {
  ERR_SSL_EE_KEY_TOO_SMALL: 'its key is too short: RSA needs 2048 bits',
  ERR_SSL_CA_KEY_TOO_SMALL: 'the key of its authority is too short: RSA needs 2048 bits',
  ERR_SSL_CA_MD_TOO_WEAK: 'it is signed with SHA-1 or MD5, which are broken: make it anew with SHA-256',
};

function refusalInWords(error: unknown): string {
  return REFUSALS[codeOf(error) ?? ''] ?? `it does not go with these settings (${describeError(error)})`;
}

interface Pem {
  readonly text: string;
  readonly key: keyof TlsServerConfig;
  /** Its key, and the file where it names one. */
  readonly origin: string;
}

type PemKey = 'cert' | 'key' | 'client_ca';

function needed(tls: TlsServerConfig, key: PemKey, source: Source): Pem | null {
  if (tls[key] === null && tls[`${key}_file`] === null)
    return note(source, `${key}_file`, `${key}_file is missing: TLS needs both`);
  return pem(tls, key, source);
}

/** What stands under a key, or in the file of the key with `_file` behind it; null: neither is there, or it cannot be read. */
function pem(tls: TlsServerConfig, key: PemKey, source: Source): Pem | null {
  const file = tls[`${key}_file`];
  const text = tls[key];
  if (file !== null && text !== null)
    return note(source, key, `${key} and ${key}_file are both there: leave one of them out`);
  if (file === null) return text === null ? null : { text, key, origin: key };
  const path = resolve(dirname(source.path), file);
  const origin = `${key}_file` as const;
  try {
    return { text: source.read(path), key: origin, origin: `${origin} (${path})` };
  } catch (error) {
    return note(source, origin, `${origin}: ${path} cannot be read (${describeError(error)})`);
  }
}

function checkPair(cert: Pem | null, key: Pem | null, source: Source): void {
  const certificate = cert === null ? null : certificateIn(cert, source);
  const isPair = key === null ? null : isKeyOf(key, certificate, source);
  if (isPair === false && key !== null)
    note(source, key.key, `${key.origin} is not the key of the certificate in ${cert?.origin}`);
}

/** null: that cannot be told. */
function isKeyOf(key: Pem, certificate: X509Certificate | null, source: Source): boolean | null {
  try {
    const own = createPrivateKey(key.text);
    return certificate === null ? null : certificate.checkPrivateKey(own);
  } catch {
    const isLocked = /^(?:-----BEGIN |Proc-Type:.*)ENCRYPTED\b/m.test(key.text);
    return note(
      source,
      key.key,
      isLocked
        ? `${key.origin} has a passphrase, which nobody types in here: write the key to a new file without it, with openssl pkey -in OLD -out NEW`
        : `${key.origin} holds no private key in PEM${whatItHolds(key)}`,
    );
  }
}

function certificateIn(pem: Pem, source: Source): X509Certificate | null {
  try {
    return new X509Certificate(pem.text);
  } catch {
    return note(source, pem.key, `${pem.origin} holds no certificate in PEM${whatItHolds(pem)}`);
  }
}

/** The headings of PEM say it. */
function whatItHolds({ text }: Pem): string {
  const [, heading] = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(text) ?? [];
  return heading === undefined ? '' : `, but ${heading}`;
}

function checkClients(tls: TlsServerConfig, clientAuth: ClientAuthType, ca: Pem | null, source: Source): void {
  const { isAsked, isNeeded, isVerified } = CLIENT_AUTH[clientAuth];
  const hasAuthority = tls.client_ca !== null || tls.client_ca_file !== null;
  if (ca !== null) certificateIn(ca, source);
  if (hasAuthority && !isAsked)
    note(
      source,
      'client_ca_file',
      'client_ca_file has no effect without client_auth_type: set that to RequireAndVerifyClientCert',
    );
  // Go would take the certificates that any public authority has given to anybody.
  if (!hasAuthority && isVerified)
    note(source, 'client_ca_file', `client_ca_file is missing: ${clientAuth} needs to know whom to trust`);
  if (tls.client_allowed_sans !== null && !isNeeded)
    note(
      source,
      'client_allowed_sans',
      'client_allowed_sans needs a client_auth_type of RequireAndVerifyClientCert (or RequireAnyClientCert): others let clients in without a certificate',
    );
}
