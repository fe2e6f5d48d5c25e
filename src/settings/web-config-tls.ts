import { DEFAULT_CIPHERS, type SecureVersion } from 'node:tls';

// The names of Go, as exporter-toolkit's schema has them, and those of Node and OpenSSL.

interface Version {
  readonly name: SecureVersion;
  readonly order: number;
}

export const VERSIONS = {
  TLS13: { name: 'TLSv1.3', order: 3 },
  TLS12: { name: 'TLSv1.2', order: 2 },
  TLS11: { name: 'TLSv1.1', order: 1 },
  TLS10: { name: 'TLSv1', order: 0 },
} as const satisfies Record<string, Version>;

export const CURVES = {
  CurveP256: 'P-256',
  CurveP384: 'P-384',
  CurveP521: 'P-521',
  X25519: 'X25519',
} as const;

const TLS13_CIPHERS = {
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
} as const;

/** Those that Go offers (`tls.CipherSuites()`); up to 1.21 also those with RSA alone. */
export const CIPHERS = {
  ...TLS13_CIPHERS,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_RSA_WITH_AES_128_CBC_SHA: 'AES128-SHA',
  TLS_RSA_WITH_AES_256_CBC_SHA: 'AES256-SHA',
  TLS_RSA_WITH_AES_128_GCM_SHA256: 'AES128-GCM-SHA256',
  TLS_RSA_WITH_AES_256_GCM_SHA384: 'AES256-GCM-SHA384',
} as const;

/** In the words of Node; null: its own defaults. */
export function ciphersOf(chosen: readonly (keyof typeof CIPHERS)[], min: keyof typeof VERSIONS): string | null {
  // OpenSSL 3 signs nothing with SHA-1 above this level, and TLS before 1.2 has nothing else.
  const level = min === 'TLS10' || min === 'TLS11' ? ':@SECLEVEL=0' : '';
  if (chosen.length === 0) return level === '' ? null : DEFAULT_CIPHERS + level;
  // The choice is for TLS 1.2 and before, as in Go. Node takes TLS 1.3 away where none of its ciphers is named.
  const names = new Set([...Object.values(TLS13_CIPHERS), ...chosen.map((each) => CIPHERS[each])]);
  return [...names].join(':') + level;
}
