/**
 * Made-up values of the kinds that this package names: the cast of every example in the services' OpenAPI descriptions. A
 * patient with a glucose sensor, a hospital and its practitioner, a provider that keeps the patient's records.
 */
export const EXAMPLE = {
  patientId: 'pat_k3v7q2mzr5xw4tnb6yhs2djf7uglc3ea',
  deviceId: 'dev_w5t2nqz7xk4mvb3rj6yhc2dsf7ugla4e',
  recordId: 'rec_b6yhs2djf7uglc3eak3v7q2mzr5xw4tn',
  clinicalRecordId: 'rec_q2mzr5xw4tnb6yhs2djf7uglc3eak3v7',
  authorityId: 'aut_hospital',
  providerId: 'prv_cloud-a',
  otherProviderId: 'prv_cloud-b',
  practitionerId: 'prc_m4vb3rj6yhc2dsf7ugla4ew5t2nqz7xk',
  network: 'careledger',
  gatewayId: 'gateway-home',
  grantId: 'Vv3p6bXk1QmR8sT0yZ2uNg',
  subscriptionId: 'h7Kc2QwLr9TnX4bYm0JsPA',
  statementId: 'Zk8Wf3NqB5vRt1XyL7uHgQ',
  visitId: 'c9Xr4TmQy2LhV7sKb0WnEw',
  requestSid: 'Jm5Yt8KvR2xQn7LbC3wDsA',
  epoch: 'tR6mWq1ZxN8bKy4HvL0cJQ',
  tag: 'Qx7Lm2VbT9kRn4WyZ1hCfg',
  otherTag: 'n3HsYw8KcT5vJr0QbX6mLA',
  hash: 'f4Nq9XwYtR2mKb7VzL1sHc6Jd0PgQa8TeUi3OyCkW5E',
  prevHash: 'M2xTz8KvQn5RyWb1LcHs7JfD0gPaE4uXiO9qYk6VtN0',
  publicKey: 'pL8rVxKq2ZnT7wYb4mHc1sJf9gDaE0uQiX6oNk3VtRM',
  otherPublicKey: 'u3WyQm9LxTz5RnVb7KcHs2JfD1gPaE8oXiY0qNk6Lt4',
  txId: '5b1f0a7c93d84e26b8f1c07d9a3e64528f7b0c1d2e3a49586c7d8e9f0a1b2c3d',
  laterTxId: 'c2d94e6f18a35b70e1f2d3c4b5a69788796a5b4c3d2e1f00a9b8c7d6e5f40312',
  passphrase: 'seven herons cross the quiet lake',
  /** In the order in which they come. */
  at: [
    '2026-03-02T08:00:00.000Z',
    '2026-03-02T08:04:31.207Z',
    '2026-03-02T08:05:02.418Z',
    '2026-03-02T09:00:00.000Z',
    '2026-03-02T09:00:03.611Z',
  ],
  until: '2026-09-01T00:00:00.000Z',
} as const;

/**
 * A compact JWS (RFC 7515) to look at: its parts are well-formed, its signature is nobody's.
 * @param typ media type without `application/`
 */
export function exampleJws(typ: string, payload: unknown): string {
  const header = { alg: 'EdDSA', kid: EXAMPLE.publicKey, typ };
  return `${encoded(header)}.${encoded(payload)}.${EXAMPLE.hash}${EXAMPLE.prevHash}`;
}

/** A compact JWE (RFC 7516) with direct key agreement to look at; nobody can open it. */
export const EXAMPLE_JWE = `${encoded({ alg: 'ECDH-ES', enc: 'A256GCM' })}..Zk8Wf3NqB5vRt1Xy.${EXAMPLE.hash}.${EXAMPLE.tag}`;

/** A ciphertext in base64url to look at. */
export const EXAMPLE_CIPHERTEXT = `${EXAMPLE.prevHash}${EXAMPLE.hash}${EXAMPLE.publicKey}`;

/** JSON in base64url without padding. */
function encoded(value: unknown): string {
  return btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
