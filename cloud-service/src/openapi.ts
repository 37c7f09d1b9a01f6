import { packageVersion, type OpenApiInfo } from '@careledger/service-kit';

/** How a cloud provider introduces itself at `/openapi.json`. */
export const openapi: OpenApiInfo = {
  title: 'careledger cloud provider',
  version: packageVersion(import.meta.url),
  description: 'Layer 3: holds encrypted records, and releases them under permits of the ledger.',
  tags: {
    records: { description: 'Versions of records, and who can open them', nouns: ['records', 'versions'] },
    access: {
      description: 'Asking for records, releasing them, and receipts',
      nouns: ['access-requests', 'releases', 'release-lookups', 'receipts'],
    },
    relayed: {
      description: 'What others sign and this provider takes to the ledger',
      nouns: ['visits', 'revocations', 'notice-readings'],
    },
  },
};
