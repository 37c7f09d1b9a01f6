import type { ScopeTerm } from '@careledger/domain';
import type { ExpectedRecord, GranteeTerms, SigningPeriod, StoreReceipt } from '../src/index.js';

/** Files of `spec/vectors/{valid,invalid}/envelope`, told apart by `type`; documented in `spec/envelope.md`. Bytes are base64url. */
export type OpenVector = {
  type: 'open';
  description: string;
  manifest: string;
  wrapSet: string;
  /** The recipient's own. */
  wrap: string;
  ciphertext: string;
  /** X25519 private key. */
  recipientKey: string;
  authorKeys: string[];
  wrapSigners: { author: SigningPeriod[]; gateway: SigningPeriod[] };
  /** A provider's acceptance of the wrap set, and its keys. */
  acceptance?: { token: string; keys: string[] };
  expected: ExpectedRecord;
  /** Valid ones: the content as text. */
  content?: string;
  /** Invalid ones: an EnvelopeErrorCode. */
  code?: string;
};

export type SealedVector = {
  type: 'sealed';
  description: string;
  sealed: string;
  recipientKey: string;
  context: string;
  data?: string;
  code?: string;
};

export type ReceiptVector = {
  type: 'receipt';
  description: string;
  receipt: string;
  providerKeys: string[];
  expected: Partial<StoreReceipt>;
  code?: string;
};

export type DerivedVector = { type: 'derived'; description: string; result: string } & (
  | { what: 'record-seed'; secret: string; input: { patientId: string; kind: string; key: string } }
  | { what: 'record-id'; secret: null; input: { author: string; patientId: string; seed: string } }
  | { what: 'scope-tag'; secret: string; input: ScopeTerm }
  | { what: 'grantee-tag'; secret: string; input: GranteeTerms }
  | { what: 'key-commitment'; secret: string; input: null }
  | { what: 'salted-hash'; secret: string; input: string }
  | { what: 'asked-scope'; secret: string; input: ScopeTerm[] }
  | { what: 'copy-unit'; secret: string; input: string }
);

export type EnvelopeVector = OpenVector | SealedVector | ReceiptVector | DerivedVector;
