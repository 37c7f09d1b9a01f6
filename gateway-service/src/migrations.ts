import type { Migration } from '@careledger/service-kit';
import { CONSENT_MIGRATION, CONSENT_OWNERS_MIGRATION } from './consent/index.js';
import { PROCESSING_ALLOWANCES_MIGRATION, PROCESSING_MIGRATION } from './processing/index.js';
import { RECORDS_FORMAT_MIGRATION, RECORDS_MIGRATION } from './records/schema.js';

/** Everything on top of the store's own tables. Released ones keep their places and their text: new ones go to the end. */
export const GATEWAY_MIGRATIONS: readonly Migration[] = [
  PROCESSING_MIGRATION,
  RECORDS_MIGRATION,
  CONSENT_MIGRATION,
  CONSENT_OWNERS_MIGRATION,
  PROCESSING_ALLOWANCES_MIGRATION,
  RECORDS_FORMAT_MIGRATION,
];
