import type { OpenApiInfo } from '@careledger/service-kit';
import { VERSION } from './software.js';

/** How the gateway introduces itself at `/openapi.json`. */
export const openapi: OpenApiInfo = {
  title: 'careledger gateway',
  version: VERSION,
  description:
    'Layer 1: takes the signed frames of a patient’s devices, keeps the patient’s private chain, and carries out what the ' +
    'patient decides.',
  tags: {
    patients: {
      description: 'Patients of this gateway and their tokens',
      nouns: ['patients', 'enrolments', 'tokens'],
    },
    devices: {
      description: 'Devices: pairing, and taking them out of use',
      nouns: ['devices', 'pairing-codes'],
    },
    frames: { description: 'What devices themselves send and ask for', nouns: ['frames', 'device'] },
    readings: { description: 'Measured values' },
    chain: {
      description: 'The private chain, and proofs of what it holds',
      nouns: ['chain', 'proofs', 'trust-roots'],
    },
    alarms: {
      description: 'What was raised, whom it was told to, who acknowledged it; when the gateway heard nobody',
      nouns: ['alarms', 'absences'],
    },
    records: {
      description: 'Records that were made of readings, and those that authorities have written',
      nouns: ['records', 'received-records'],
    },
    settings: { description: 'How readings are judged: limits and facts, by signed statement' },
    grants: {
      description: 'Who may do what, and taking it back',
      nouns: ['grants', 'denials', 'revocations', 'standing-policy', 'authorities', 'wrap-holders', 'copies'],
    },
    delegates: { description: 'Who decides for the patient, and what they have decided' },
    subscriptions: { description: 'Authorities that ask for notices' },
    accesses: {
      description: 'Who was shown what, and visits',
      nouns: ['accesses', 'decisions', 'disclosure-statement', 'visits', 'check-in'],
    },
    keys: {
      description: 'The patient’s keys, and what guards them',
      nouns: ['keys', 'passphrase', 'recoveries'],
    },
    jobs: { description: 'Work that goes on after its request was answered' },
    operations: {
      description: 'For whoever runs the gateway',
      nouns: ['flush', 'outbox', 'statistics', 'attestations', 'reconciliations'],
    },
  },
  securitySchemes: {
    device: {
      type: 'http',
      scheme: 'bearer',
      description:
        'A JWT (RFC 7519) that the device signs with its own key, for this gateway as its audience.',
    },
  },
};
