import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { describeError, ExporterError } from '../errors.ts';
import { costOf } from '../http/basic-auth.ts';
import { type Admission, OPEN } from '../http/gate.ts';
import { CLIENT_AUTH, type ClientAuthType, type TlsSettings } from '../http/tls.ts';
import { closest } from './closest.ts';
import { parseYaml } from './config-file.ts';
import { readSmallFile } from './small-file.ts';
import { HIGH_COST, keysAt, type TlsServerConfig, WebConfigContent } from './web-config-schema.ts';
import { CURVES, ciphersOf, VERSIONS } from './web-config-tls.ts';

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
  http2: 'http2 in --web.config.file has no effect: this exporter speaks HTTP/1.1, which every client does, too.',
} as const;

/**
 * Reads a file in the schema of exporter-toolkit, and the files that it names, relative to its folder. Throws an ExporterError with
 * file, key and what to do. No text of a file is in it.
 */
export function readWebConfig(path: string, read: (path: string) => string = readWebFile): WebConfig {
  const content = parseContent(parseYaml(readNamed(path, '--web.config.file', read), path), path);
  const { basic_auth_users: users, http_server_config: http, rate_limit: limit, tls_server_config: tls } = content;
  const isCostly = [...users.values()].some((hash) => costOf(hash) > HIGH_COST);
  const isOld = tls?.min_version === 'TLS10' || tls?.min_version === 'TLS11';
  return {
    headers: http?.headers ?? {},
    users,
    rateLimit: limit,
    tls: tls === null || isEmpty(tls) ? null : tlsSettings(tls, { path, read }),
    warnings: [
      ...(isCostly ? [WEB_CONFIG_WARNINGS.costly] : []),
      ...(isOld ? [WEB_CONFIG_WARNINGS.oldTls] : []),
      ...(http?.http2 === true ? [WEB_CONFIG_WARNINGS.http2] : []),
    ],
  };
}

function readNamed(path: string, key: string, read: (path: string) => string): string {
  try {
    return read(path);
  } catch (error) {
    throw new ExporterError('E_CONFIG', `${key}: ${path} cannot be read (${describeError(error)})`);
  }
}

function parseContent(content: unknown, path: string): WebConfigContent {
  const parsed = WebConfigContent.safeParse(content ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') throw unknownKey(path, at.map(String), issue.keys[0] ?? '');
  const where = at.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  throw new ExporterError(
    'E_CONFIG',
    `${path}: ${where.slice(1)} ${issue?.message ?? 'is wrong'}`.replace(':  ', ': '),
  );
}

function unknownKey(path: string, at: readonly string[], key: string): ExporterError {
  const keys = keysAt(at);
  const meant = closest(key, keys);
  const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
  const where = at.length === 0 ? 'at the top' : `in ${at.join('.')}`;
  return new ExporterError(
    'E_CONFIG',
    `${path}: ${[...at, key].join('.')} is no key${hint}; ${where} there are ${keys.join(', ')}`,
  );
}

function isEmpty(tls: TlsServerConfig): boolean {
  return Object.values(tls).every((value) => value === null);
}

interface Source {
  readonly path: string;
  readonly read: (path: string) => string;
}

function tlsSettings(tls: TlsServerConfig, source: Source): TlsSettings {
  const clientAuth = tls.client_auth_type ?? 'NoClientCert';
  const cert = pem(tls, 'cert', source);
  const key = pem(tls, 'key', source);
  if (cert === null || key === null)
    throw wrong(source, `${cert === null ? 'cert_file' : 'key_file'} is missing: TLS needs both`);
  const ca = pem(tls, 'client_ca', source);
  const min = tls.min_version ?? 'TLS12';
  const max = tls.max_version ?? 'TLS13';
  if (VERSIONS[min].order > VERSIONS[max].order) throw wrong(source, `min_version ${min} is above max_version ${max}`);
  checkPair(cert, key, source);
  checkClients(tls, clientAuth, ca, source);
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
    throw wrong(source, `OpenSSL refuses this certificate with these settings (${describeError(error)})`);
  }
  return { context, clientAuth, allowedNames: tls.client_allowed_sans };
}

interface Pem {
  readonly text: string;
  /** Its key, and the file where it names one. */
  readonly origin: string;
}

/** What stands under a key, or in the file of the key with `_file` behind it; null: neither is there. */
function pem(tls: TlsServerConfig, key: 'cert' | 'key' | 'client_ca', source: Source): Pem | null {
  const file = tls[`${key}_file`];
  const text = tls[key];
  if (file !== null && text !== null)
    throw wrong(source, `${key} and ${key}_file are both there: leave one of them out`);
  if (file === null) return text === null ? null : { text, origin: key };
  const path = resolve(dirname(source.path), file);
  const origin = `${key}_file`;
  return {
    text: readNamed(path, `${source.path}: tls_server_config.${origin}`, source.read),
    origin: `${origin} (${path})`,
  };
}

function checkPair(cert: Pem, key: Pem, source: Source): void {
  const certificate = certificateIn(cert, source);
  let isPair: boolean;
  try {
    isPair = certificate.checkPrivateKey(createPrivateKey(key.text));
  } catch (error) {
    throw wrong(source, `${key.origin} holds no private key in PEM without a passphrase (${describeError(error)})`);
  }
  if (!isPair) throw wrong(source, `${key.origin} is not the key of the certificate in ${cert.origin}`);
}

function certificateIn({ text, origin }: Pem, source: Source): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw wrong(source, `${origin} holds no certificate in PEM (${describeError(error)})`);
  }
}

function checkClients(tls: TlsServerConfig, clientAuth: ClientAuthType, ca: Pem | null, source: Source): void {
  const { isAsked, isNeeded, isVerified } = CLIENT_AUTH[clientAuth];
  if (ca !== null) certificateIn(ca, source);
  if (ca !== null && !isAsked)
    throw wrong(
      source,
      'client_ca_file has no effect without client_auth_type: set that to RequireAndVerifyClientCert',
    );
  // Go would take the certificates that any public authority has given to anybody.
  if (ca === null && isVerified)
    throw wrong(source, `client_ca_file is missing: ${clientAuth} needs to know whom to trust`);
  if (tls.client_allowed_sans !== null && !isNeeded)
    throw wrong(
      source,
      'client_allowed_sans needs a client_auth_type of RequireAndVerifyClientCert (or RequireAnyClientCert): others let clients in without a certificate',
    );
}

function wrong({ path }: Source, text: string): ExporterError {
  return new ExporterError('E_CONFIG', `${path}: tls_server_config: ${text}`);
}
