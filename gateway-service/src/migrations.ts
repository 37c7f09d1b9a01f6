import {
  idempotencyAnswersMigration,
  idempotencyKeysMigration,
  jobsMigration,
  type Migration,
} from '@careledger/service-kit';
import { ALARM_CALLS_TABLES, ESCALATION_TABLES, MUTES_TABLE } from './alarms/schema.js';
import {
  CONSENT_KINDS,
  CONSENT_OWNERS,
  CONSENT_TABLES,
  DELEGATE_TOKENS_TABLE,
  DELEGATIONS_TABLE,
  GRANTS_EPOCH,
  POLICY_NEWS_TABLE,
  POLICY_NUMBERS_TABLE,
  RECOVERIES_TABLES,
  STANDING_POLICIES_TABLE,
} from './consent/schema.js';
import {
  ANCHORS_TABLE,
  DETAIL_INDEX,
  REWRAP_RANGES,
  VERSIONS_FORMAT,
  VERSIONS_TABLES,
  VERSIONS_TRACE_COLUMN,
} from './delivery/schema.js';
import { AUTHORITIES_TABLE } from './ledger-access/schema.js';
import {
  CONSENT_KEYS_TABLE,
  PASSPHRASE_CHANGES_TABLE,
  PATIENT_TOKENS_TABLE,
  POLICY_EPOCHS_TABLE,
  RESEALED_TABLE,
} from './patients/schema.js';
import {
  ALARMS_COLUMNS,
  ALLOWANCES_TABLES,
  DUE_KINDS,
  DUE_TRACE_COLUMN,
  LEADS_COLUMN,
  PROCESSING_TABLES,
  SILENCE_TABLES,
} from './processing/schema.js';
import { RECEIVED_VERSIONS_TABLE } from './received/schema.js';
import { UNMADE_RECORDS_TABLE } from './records/schema.js';
import { SETTINGS_TABLE } from './settings/schema.js';
import { CLOCKS_MIGRATION, FRAME_GROUPS_MIGRATION } from './store/index.js';

/** Name of the store in `dataDir`. */
export const STORE_FILE = 'gateway.db';

/** Those of the first release. */
export const FIRST_RELEASE_MIGRATIONS: readonly Migration[] = [
  { name: 'processing: cursor, states, flags, episodes, due records', sql: PROCESSING_TABLES },
  { name: 'records: versions and their way to the ledgers', sql: VERSIONS_TABLES },
  {
    name: 'consent: statements and their channels, grants, subscriptions, tokens, anchors',
    sql: CONSENT_TABLES + AUTHORITIES_TABLE + PATIENT_TOKENS_TABLE + ANCHORS_TABLE,
  },
];

/**
 * Everything on top of the store's own tables; each folder has the text of the tables that it reads. Released ones keep
 * their order, name and text: new ones go to the end.
 */
export const GATEWAY_MIGRATIONS: readonly Migration[] = [
  ...FIRST_RELEASE_MIGRATIONS,
  { name: 'consent: grants and statements by patient and id', sql: CONSENT_OWNERS },
  { name: 'processing: allowances of devices, records put off', sql: ALLOWANCES_TABLES },
  {
    name: 'records: tag groups, wraps beside their sets, receipts of notices; what the first release made is made again',
    sql: VERSIONS_FORMAT + UNMADE_RECORDS_TABLE,
  },
  idempotencyKeysMigration,
  idempotencyAnswersMigration,
  CLOCKS_MIGRATION,
  { name: 'processing: type, priority and marks of alarms', sql: ALARMS_COLUMNS },
  {
    name: 'records: where in a trace they became due and were made',
    sql: DUE_TRACE_COLUMN + VERSIONS_TRACE_COLUMN,
  },
  { name: 'settings: versions by signed statement', sql: SETTINGS_TABLE },
  { name: 'processing: absences of the gateway, pauses of devices', sql: SILENCE_TABLES },
  { name: 'alarms: calls and who acknowledged them', sql: ALARM_CALLS_TABLES },
  jobsMigration,
  { name: 'alarms: next recipients, alarms about their own way', sql: ESCALATION_TABLES },
  { name: 'alarms: when their sounds are muted', sql: MUTES_TABLE },
  { name: 'patients: changes of their passphrases', sql: PASSPHRASE_CHANGES_TABLE },
  { name: 'processing: alarms that are told together', sql: LEADS_COLUMN },
  { name: 'consent: statements of any kind', sql: CONSENT_KINDS },
  { name: 'delivery: wraps are brought up to date newest first', sql: REWRAP_RANGES },
  {
    name: 'received: what authorities have written of patients, and their tags',
    sql: RECEIVED_VERSIONS_TABLE,
  },
  { name: 'patients: consent keys that took the place of others', sql: CONSENT_KEYS_TABLE },
  { name: 'consent: who decides for patients', sql: DELEGATIONS_TABLE },
  { name: 'consent: epochs of consent keys', sql: POLICY_EPOCHS_TABLE + GRANTS_EPOCH },
  { name: 'consent: standing policies', sql: STANDING_POLICIES_TABLE },
  { name: 'consent: tokens of delegates', sql: DELEGATE_TOKENS_TABLE },
  { name: 'consent: recoveries of consent keys', sql: RECOVERIES_TABLES },
  { name: 'patients: what was sealed to their former keys', sql: RESEALED_TABLE },
  { name: 'consent: numbers of decisions by consent key', sql: POLICY_NUMBERS_TABLE },
  { name: 'records: single values of windows', sql: DUE_KINDS + DETAIL_INDEX },
  FRAME_GROUPS_MIGRATION,
  { name: 'consent: what reached the ledgers by another way', sql: POLICY_NEWS_TABLE },
];
