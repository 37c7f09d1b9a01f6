import {
  accessControl,
  type AuthorityState,
  type PatientState,
  type ProviderState,
} from '@careledger/contracts';
import type { Channels } from '../ledger-port.js';
import type { Store } from '../store/store.js';
import type { MirrorStore } from './mirror-store.js';

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

  /** After an event: patients that are kept here are read again. */
  async patientsChanged(patientIds: readonly string[]): Promise<void> {
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
