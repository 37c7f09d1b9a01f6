import { LruMap } from '@careledger/crypto';
import type { GrantState, PatientState, SubscriptionState } from '@careledger/contracts';
import type { Store } from '../store/store.js';

/** A grant as mirrored, with the block of the event that told of it; null until that event was read. */
export interface MirroredGrant extends GrantState {
  readonly sinceBlock: number | null;
}

/** Which version of a patient's policy is mirrored, and when the own peer last said that it is the newest. */
export interface MirroredPolicy {
  readonly version: number;
  readonly heardAt: string;
}

/** States of grants that are kept parsed. */
const PARSED_MAX = 1_000;

/** Own rows of what the ledger says about this authority's patients. Writing only within `store.commit`. */
export class MirrorStore {
  /** By its JSON: rows are read each time, so that what is known is what lies in the store. */
  readonly #parsed = new LruMap<string, GrantState>(PARSED_MAX);

  constructor(readonly store: Store) {}

  patient(patientId: string): PatientState | undefined {
    const row = this.store.get<{ state: string }>(
      'SELECT state FROM patients WHERE patient_id = ?',
      patientId,
    );
    return row && (JSON.parse(row.state) as PatientState);
  }

  putPatient(state: PatientState): void {
    this.store.run(
      'INSERT OR REPLACE INTO patients (patient_id, state) VALUES (?, ?)',
      state.patientId,
      JSON.stringify(state),
    );
  }

  grants(patientId: string): MirroredGrant[] {
    return this.store
      .all<{ state: string; since_block: number | null }>(
        'SELECT state, since_block FROM grants WHERE patient_id = ? ORDER BY grant_id',
        patientId,
      )
      .map((row) => ({ ...this.#grantOf(row.state), sinceBlock: row.since_block }));
  }

  #grantOf(json: string): GrantState {
    const known = this.#parsed.get(json);
    if (known !== undefined) return known;
    const grant = JSON.parse(json) as GrantState;
    this.#parsed.set(json, grant);
    return grant;
  }

  /** Puts the ledger's present grants in; grants never disappear from a ledger. */
  putGrants(grants: readonly GrantState[]): void {
    for (const grant of grants)
      this.store.run(
        `INSERT INTO grants (patient_id, grant_id, state) VALUES (?, ?, ?)
         ON CONFLICT (patient_id, grant_id) DO UPDATE SET state = excluded.state`,
        grant.patientId,
        grant.grantId,
        JSON.stringify(grant),
      );
  }

  /** Notes the block of the event that told of a grant; the first one stays. */
  grantSince(patientId: string, grantId: string, block: number): void {
    this.store.run(
      'UPDATE grants SET since_block = ? WHERE patient_id = ? AND grant_id = ? AND since_block IS NULL',
      block,
      patientId,
      grantId,
    );
  }

  policy(patientId: string): MirroredPolicy | undefined {
    return this.store.get(
      'SELECT version, heard_at AS heardAt FROM policies WHERE patient_id = ?',
      patientId,
    );
  }

  putPolicy(patientId: string, { version, heardAt }: MirroredPolicy): void {
    this.store.run('INSERT OR REPLACE INTO policies VALUES (?, ?, ?)', patientId, version, heardAt);
  }

  /** Patients whose grants are mirrored, by id, after one: '' for the first. */
  patientIds(after: string, limit: number): string[] {
    return this.store
      .all<{ patientId: string }>(
        'SELECT DISTINCT patient_id AS patientId FROM grants WHERE patient_id > ? ORDER BY patient_id LIMIT ?',
        after,
        limit,
      )
      .map(({ patientId }) => patientId);
  }

  /** Patients of whom a grant, in force or not, lets a copy be kept. */
  copyPatientIds(): string[] {
    return this.store
      .all<{ patientId: string }>(
        `SELECT DISTINCT patient_id AS patientId FROM grants WHERE state ->> '$.copy' IS NOT NULL`,
      )
      .map(({ patientId }) => patientId);
  }

  subscriptions(patientId: string): SubscriptionState[] {
    return this.store
      .all<{ state: string }>('SELECT state FROM subscriptions WHERE patient_id = ?', patientId)
      .map(({ state }) => JSON.parse(state) as SubscriptionState);
  }

  subscription(subscriptionId: string): SubscriptionState | undefined {
    const row = this.store.get<{ state: string }>(
      'SELECT state FROM subscriptions WHERE subscription_id = ?',
      subscriptionId,
    );
    return row && (JSON.parse(row.state) as SubscriptionState);
  }

  /** That one has lapsed is written with the notice of it alone (`notices/lapses.ts`). */
  putSubscriptions(subscriptions: readonly SubscriptionState[]): void {
    for (const state of subscriptions)
      if (state.status !== 'lapsed' || this.subscription(state.subscriptionId)?.status !== 'pending')
        this.putSubscription(state);
  }

  /** Those that wait for an answer, or have lapsed since. */
  pendingSubscriptions(): SubscriptionState[] {
    return this.store
      .all<{ state: string }>(`SELECT state FROM subscriptions WHERE state ->> '$.status' = 'pending'`)
      .map(({ state }) => JSON.parse(state) as SubscriptionState);
  }

  putSubscription(state: SubscriptionState): void {
    this.store.run(
      'INSERT OR REPLACE INTO subscriptions (subscription_id, patient_id, state) VALUES (?, ?, ?)',
      state.subscriptionId,
      state.patientId,
      JSON.stringify(state),
    );
  }
}
