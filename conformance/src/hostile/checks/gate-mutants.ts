import type { GateCheck } from './gate-locations.js';
import { EVERY, type Mutant } from './mutant.js';

/** An authority's api with checks off, and which attempts then get through; all others are refused as before. */
export const GATE_MUTANTS: readonly Mutant<GateCheck>[] = [
  { off: ['active'], through: { 'gate-withdrawn': EVERY } },
  { off: ['one-unit'], through: { 'gate-claimed-unit': ['a practitioner of another unit'] } },
  {
    off: ['decided'],
    through: {
      'gate-other-unit': EVERY,
      'gate-revoked': EVERY,
      'gate-purpose': EVERY,
      'gate-scope': EVERY,
    },
  },
  { off: ['both-channels'], through: { 'gate-revoked': ['on cloud'] } },
  { off: ['mirror-age'], through: { 'gate-old-mirror': EVERY } },
  { off: ['notice-age'], through: { 'gate-old-notice': EVERY } },
  { off: ['objection'], through: { 'gate-stricter-channel': EVERY } },
  { off: ['notice-signed', 'notice-signature'], through: { 'gate-forged-notice': EVERY } },
  { off: ['notice-addressed'], through: { 'gate-foreign-notice': EVERY } },
  { off: ['notice-granted'], through: { 'gate-ungranted-notice': EVERY } },
  { off: ['notice-fresh'], through: { 'gate-stale-notice': EVERY } },
  { off: ['notice-record'], through: { 'gate-other-record': EVERY } },
  { off: ['notice-tags'], through: { 'gate-other-tags': EVERY } },
];
