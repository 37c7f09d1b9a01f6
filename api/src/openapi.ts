import { packageVersion, type OpenApiInfo } from '@careledger/service-kit';

/** How an authority introduces itself at `/openapi.json`. */
export const openapi: OpenApiInfo = {
  title: 'careledger authority',
  version: packageVersion(import.meta.url),
  description:
    'Layer 2: what a hospital, laboratory, insurer or pharmacy reads and writes of its patients, as they have granted it.',
  tags: {
    records: { description: 'Records: finding, opening, writing, revising' },
    copies: { description: 'Copies that patients let this authority keep: searching them' },
    notices: { description: 'What has happened, as it happens', nouns: ['notices', 'emergency-notices'] },
    subscriptions: { description: 'Asking patients for notices' },
    visits: { description: 'Visits of patients' },
    grants: {
      description: 'What patients let this authority do, and taking it back',
      nouns: ['grants', 'revocations'],
    },
    settings: { description: 'How patients’ readings are judged', nouns: ['settings-statements'] },
    anchors: { description: 'Patients’ private chains on the ledger', nouns: ['anchors', 'forks'] },
    numbers: { description: 'The numbers by which this authority knows its patients' },
    practitioners: { description: 'People of this authority' },
    jobs: { description: 'Work that goes on after its request was answered' },
    recoveries: {
      description: 'Another consent key for a patient who has lost it, or whose key is in other hands',
    },
    keys: { description: 'What patients and their signers hold a gateway’s word against' },
    audit: {
      description: 'Who was shown what, attested transactions, and what checks proofs',
      nouns: ['audit', 'decisions', 'wrap-holders', 'attestations', 'trust-roots'],
    },
  },
};
