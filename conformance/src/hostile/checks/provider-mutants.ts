import { EVERY, type Mutant } from './mutant.js';
import type { ProviderCheck } from './provider-locations.js';

/** A provider with checks off, and which attempts then get through; all others are refused as before. */
export const PROVIDER_MUTANTS: readonly Mutant<ProviderCheck>[] = [
  {
    off: ['organisation'],
    through: {
      'stores-for-another': EVERY,
      'reads-wraps': EVERY,
      'replaces-wraps-of-another': EVERY,
      'asks-for-another': EVERY,
      'spends-with-anothers-token': EVERY,
      'receipts-of-another': EVERY,
      'looks-up-releases': EVERY,
      'reports-for-another': EVERY,
    },
  },
  { off: ['wraps-reader'], through: { 'reads-wraps': EVERY } },
  { off: ['one-version'], through: { 'stores-another-version': EVERY } },
  {
    off: ['author'],
    through: { 'stores-forged': ['the statement alone', 'the statement alone, in a batch'] },
  },
  { off: ['manifest'], through: { 'stores-another-manifest': EVERY } },
  { off: ['wrap-set'], through: { 'stores-others-wraps': EVERY } },
  { off: ['owners-wraps'], through: { 'stores-without-owner': EVERY } },
  { off: ['entitled'], through: { 'stores-ungranted': EVERY } },
  { off: ['wraps-seq'], through: { 'replaces-wraps-out-of-turn': EVERY } },
  {
    off: ['wraps-signed'],
    through: { 'replaces-wraps-forged': EVERY, 'replaces-wraps-retired': EVERY },
  },
  { off: ['wraps-recipients'], through: { 'replaces-wraps-with-others': EVERY } },
  { off: ['release-signed'], through: { 'spends-in-anothers-name': EVERY } },
  { off: ['permit-relay'], through: { 'spends-anothers-permit': EVERY } },
  { off: ['permit-arrival'], through: { 'spends-late': EVERY } },
  {
    off: ['permit-known', 'permit-arrival'],
    through: { 'spends-late': EVERY, 'spends-after-restart': EVERY },
  },
  { off: ['permit-until'], through: { 'spends-after-its-grant': EVERY } },
  { off: ['policy-version'], through: { 'spends-after-revocation': EVERY } },
  { off: ['single-use'], through: { 'spends-twice': EVERY } },
  { off: ['receipt'], through: { 'receipts-for-another': EVERY } },
  { off: ['revocation'], through: { 'revokes-forged': EVERY } },
];
