import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { SecureContextOptions, TLSSocket } from 'node:tls';

/** As in exporter-toolkit, whose names are Go's; `RequireClientCert` is an old name that it still takes. */
export const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
  'RequireClientCert',
] as const;
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

interface ClientAuth {
  readonly isAsked: boolean;
  readonly isNeeded: boolean;
  readonly isVerified: boolean;
}

export const CLIENT_AUTH: Readonly<Record<ClientAuthType, ClientAuth>> = {
  NoClientCert: { isAsked: false, isNeeded: false, isVerified: false },
  RequestClientCert: { isAsked: true, isNeeded: false, isVerified: false },
  RequireAnyClientCert: { isAsked: true, isNeeded: true, isVerified: false },
  VerifyClientCertIfGiven: { isAsked: true, isNeeded: false, isVerified: true },
  RequireAndVerifyClientCert: { isAsked: true, isNeeded: true, isVerified: true },
  RequireClientCert: { isAsked: true, isNeeded: true, isVerified: false },
};

/** TLS of a server, as it can change while it serves. */
export interface Tls {
  /** What holds for connections from now on; the same object as long as it is the same. */
  readonly settings: () => TlsSettings;
  /** Hears why a connection was ended before its first request. */
  readonly refused: (reason: string) => void;
}

export interface TlsSettings {
  /** Certificate, key, client CA, versions, ciphers, as texts. */
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** A client's certificate must bear one of these names; null: any. */
  readonly allowedNames: readonly string[] | null;
}

/** Why the certificate of a client, or its absence, is not what the settings ask for; null: it is. */
export function refusalOf(socket: TLSSocket, { clientAuth, allowedNames }: TlsSettings): string | null {
  const { isNeeded, isVerified } = CLIENT_AUTH[clientAuth];
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return isNeeded ? 'the client has no certificate' : null;
  if (isVerified && !socket.authorized)
    return `the certificate of the client is not good: ${socket.authorizationError}`;
  const isKnown = allowedNames === null || allowedNames.some((name) => bears(certificate, name));
  return isKnown ? null : 'the certificate of the client bears no name of client_allowed_sans';
}

/** To the letter, as exporter-toolkit compares: no wildcard of the certificate matches. */
function bears(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined;
  return alternativeNames(certificate.subjectAltName ?? '').includes(name);
}

/** DNS names, addresses of mail and URIs in the text that Node makes of them. A name that could forge another one is quoted in it. */
function alternativeNames(text: string): string[] {
  const found = text.matchAll(/(?:^|, )(?:(DNS|email|URI)|[^:,"]*):("(?:[^"\\]|\\.)*"|[^,]*)/gy);
  return [...found]
    .filter(([, type]) => type !== undefined)
    .map(([, , value = '']) => (value.startsWith('"') ? String(JSON.parse(value)) : value));
}
