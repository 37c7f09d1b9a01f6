import { setTimeout as delay } from 'node:timers/promises';
import {
  accessControl,
  type AuthorityState,
  type PatientState,
  type ProviderState,
} from '@careledger/contracts';
import { LedgerError } from '@careledger/ledger';
import type { Channels } from '../ledger-port.js';
import type { Store } from '../store/store.js';
import type { MirrorStore } from './mirror-store.js';

/** Longest time that a request waits for a patient who may have been enrolled just now. */
const REGISTRATION_WAIT_MS = 5_000;

/** The ledger does not know the patient, or a peer of it does not yet. */
export const isPatientUnknown = (error: unknown): boolean =>
  error instanceof LedgerError && error.chaincodeCode === 'PATIENT_UNKNOWN';

/**
 * Who is who, by the ledger. Patients are kept in the own store, so that their gateways' emergencies can be verified
 * while the ledger is away; the follower forgets what an event says has changed.
 */
export class Registrations {
  readonly #channels: Channels;
  readonly #mirror: MirrorStore;
  readonly #store: Store;
  /** As many as the network has. */
  readonly #known = new Map<string, AuthorityState>();
  /** Who waits for which patient's registration. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(channels: Channels, mirror: MirrorStore, store: Store) {
    this.#channels = channels;
    this.#mirror = mirror;
    this.#store = store;
  }

  /** @throws LedgerError PATIENT_UNKNOWN, or the ledger is away and the patient not known here */
  async patient(patientId: string): Promise<PatientState> {
    return this.#mirror.patient(patientId) ?? this.refreshPatient(patientId);
  }

  /** Asks the ledger even if the patient is known here. @throws LedgerError */
  async refreshPatient(patientId: string): Promise<PatientState> {
    const state = await this.#channels.authorities.evaluate(accessControl, 'GetPatient', { patientId });
    await this.#store.commit(() => this.#mirror.putPatient(state));
    return state;
  }

  /**
   * As `patient`; waits where the ledger does not know the patient: a registration takes a moment, and reaches this
   * organisation's peer after others.
   * @throws LedgerError PATIENT_UNKNOWN after the time, or the ledger is away and the patient not known here
   */
  async awaited(patientId: string, timeoutMs = REGISTRATION_WAIT_MS): Promise<PatientState> {
    const { promise: heard, resolve: wake } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(patientId) ?? new Set();
    this.#waiting.set(patientId, waiting.add(wake));
    const over = new AbortController();
    try {
      return await this.patient(patientId);
    } catch (error) {
      if (!isPatientUnknown(error)) throw error;
      await Promise.race([heard, delay(timeoutMs, undefined, { signal: over.signal })]);
      return await this.patient(patientId);
    } finally {
      over.abort();
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(patientId);
    }
  }

  /** After an event: patients that are kept here are read again, and who waits for one asks again. */
  async patientsChanged(patientIds: readonly string[]): Promise<void> {
    for (const patientId of patientIds) for (const wake of this.#waiting.get(patientId) ?? []) wake();
    for (const patientId of patientIds)
      if (this.#mirror.patient(patientId) !== undefined) await this.refreshPatient(patientId);
  }

  /** @throws LedgerError AUTHORITY_UNKNOWN */
  async authority(authorityId: string): Promise<AuthorityState> {
    const known = this.#known.get(authorityId);
    if (known !== undefined) return known;
    const { authorities } = this.#channels;
    const state = await authorities.evaluate(accessControl, 'GetAuthority', { authorityId });
    this.#known.set(authorityId, state);
    return state;
  }

  /** Providers register on channel `cloud`, whose events nobody here follows: asked each time. @throws LedgerError */
  provider(providerId: string): Promise<ProviderState> {
    return this.#channels.cloud.evaluate(accessControl, 'GetProvider', { providerId });
  }

  /** After an event: authorities that are named are read again. */
  organisationsChanged(ids: readonly string[]): void {
    for (const id of ids) this.#known.delete(id);
  }
}
