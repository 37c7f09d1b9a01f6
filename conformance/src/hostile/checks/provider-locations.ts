import { NOTHING, type CheckLocation } from './switched-build.js';

const provider = (file: string, find: string, off: string, within?: string): CheckLocation => ({
  file: `cloud-service/dist/${file}.js`,
  find,
  off,
  ...(within === undefined ? {} : { within }),
});

/** Each check of a provider: where it stands, and what it is taken for while it is off. */
export const PROVIDER_LOCATIONS = {
  organisation: provider('caller', '!speaksFor(caller, id)', 'false'),
  'wraps-reader': provider('wraps/wrap-service', '!speaksFor(caller, manifest.aad.author)', 'false'),

  // storing
  'one-version': provider('records/incoming', 'faults.length > 0', 'false'),
  author: provider('records/author', 'assertStatement(incoming, author, askedMs, options)', NOTHING),
  manifest: provider('records/author', 'assertManifest(incoming, author, options.verifier)', NOTHING),
  'wrap-set': provider(
    'records/author',
    'checkWrapSet(request.wrapSet, request.manifest, manifest, { ...signers, verifier })',
    NOTHING,
  ),
  'owners-wraps': provider('records/author', 'recipientKids(keys).every((kid) => !kids.has(kid))', 'false'),
  entitled: provider('records/record-service', "code !== 'OK'", 'false'),

  // wraps
  'wraps-seq': provider('wraps/wrap-service', 'set.seq !== seq + 1', 'false'),
  'wraps-signed': provider(
    'wraps/wrap-service',
    'await this.#assertSigned(wrapped, request.wrapSet)',
    NOTHING,
  ),
  'wraps-recipients': provider('wraps/wrap-service', 'await this.#assertRecipients(wrapped, wraps)', NOTHING),

  // releasing
  'release-signed': provider(
    'access/release-service',
    'await this.#assertSigned(request, provider)',
    NOTHING,
  ),
  'permit-relay': provider('access/permit', 'access.throughProviderId === relay', 'true'),
  'permit-known': provider('access/permit', 'at === undefined || releaseBefore === undefined', 'false'),
  'permit-arrival': provider('access/permit', 'elapsedMs(at, now) < PERMIT_RELEASE_WINDOW_S * 1000', 'true'),
  'permit-until': provider('access/permit', 'now.wallMs < Date.parse(releaseBefore)', 'true'),
  'policy-version': provider('access/permit', 'policyVersion !== access.policyVersion', 'false'),
  'single-use': provider('access/permit', '!used', 'false'),
  receipt: provider(
    'access/receipt-service',
    'checkRecipientReceipt(receipt, expected, { keys: everyKey(periods), verifier })',
    NOTHING,
  ),

  // relaying
  revocation: provider(
    'relayed/revocations',
    "code !== 'OK'",
    'false',
    "if (code !== 'OK')\n            throw refusal('LEDGER_REFUSED', code",
  ),
} as const satisfies Readonly<Record<string, CheckLocation>>;

export type ProviderCheck = keyof typeof PROVIDER_LOCATIONS;
