import type { SettingsVersion } from '@careledger/clinical';
import type { StatedSettings } from '@careledger/contracts';
import type { SignatureVerifier } from '@careledger/crypto';
import { matches, versionTag } from '@careledger/service-kit';
import { openConsentKey, type ConsentPassphrase } from '../consent/unlock.js';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import { assertGranted, authorityKey } from './authority-right.js';
import { SETTINGS_CHANNELS, assertNext, assertSound, changed, checkSigned, readSettings } from './checks.js';
import type { SettingsHistories } from './histories.js';
import { settingsStatement, type SettingsStatement } from './stated.js';
import type { SettingsStore } from './store.js';

export interface SettingsServiceOptions {
  readonly core: Pick<GatewayCore, 'store' | 'chain' | 'patients' | 'devices'>;
  readonly settingsStore: SettingsStore;
  readonly settings: SettingsHistories;
  readonly processor: { newestRuleTime(patientNo: number): number | null };
  readonly ledger: LedgerReader;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
}

/**
 * Takes in how patients want their readings judged, and how practitioners do, by statements that they sign: on disk when a
 * method resolves, and in force from then on.
 */
export class SettingsService {
  readonly #options: SettingsServiceOptions;

  constructor(options: SettingsServiceOptions) {
    this.#options = options;
  }

  /** The version in force now; undefined before the first. */
  inForce({ patientNo }: Patient): SettingsVersion | undefined {
    return this.#options.settings.of(patientNo).versions.at(-1);
  }

  /** What the patient and an authority stated last, as they stated it. */
  statedLast({ patientNo }: Patient): Record<SettingsVersion['by'], StatedSettings> {
    const stated: Record<SettingsVersion['by'], StatedSettings> = { patient: {}, authority: {} };
    for (const { statement } of this.#options.settingsStore.page(patientNo, 0, Number.MAX_SAFE_INTEGER)) {
      const { by, body } = settingsStatement(statement);
      stated[by] = body.settings;
    }
    return stated;
  }

  /**
   * The patient's settings, signed here with the consent key that the passphrase opens.
   * @param ifMatch of the request: which version the caller has seen
   * @throws SettingsError, ConsentError, PatientError
   */
  async state(
    patient: Patient,
    settings: StatedSettings,
    unlock: ConsentPassphrase,
    ifMatch?: string,
  ): Promise<SettingsVersion> {
    const { core, networkId } = this.#options;
    const { patientId } = patient;
    // What is wrong with them is said before the key is opened, whatever version they build on.
    this.#assertSound(patient, 'patient', settings);
    this.#assertSeen(patient, ifMatch);
    const signer = await openConsentKey(core, patient, unlock);
    const before = this.inForce(patient);
    const body = {
      ...{ patientId, version: (before?.version ?? 0) + 1, previous: before?.hash ?? null, settings },
    };
    const statement = patientStatement(
      'settings',
      { patientId, networkId, channels: SETTINGS_CHANNELS, body },
      signer,
    );
    return this.#keep(patient, statement, ifMatch);
  }

  /**
   * A `settings` statement of the patient's app, or of an authority, whoever brings it.
   * @throws SettingsError, ProblemError of the ledger
   */
  async take(patient: Patient, token: string, ifMatch?: string): Promise<SettingsVersion> {
    const said = readSettings(token, patient.patientId);
    const before = this.inForce(patient);
    // Sent again: it is answered as the first time.
    if (before?.hash === said.hash) return before;
    if (said.by === 'patient') {
      this.#checkSigned(token, said, this.#options.core.patients.consentKey(patient));
    } else await this.#checkAuthority(token, said);
    return this.#keep(patient, token, ifMatch);
  }

  async #checkAuthority(token: string, said: SettingsStatement): Promise<void> {
    const { ledger } = this.#options;
    this.#checkSigned(token, said, await authorityKey(ledger, said.issuer));
    await assertGranted(ledger, said.issuer, said.body);
  }

  #checkSigned(token: string, said: SettingsStatement, key: Uint8Array | undefined): void {
    const { networkId, verifier, clock } = this.#options;
    checkSigned(token, said, { key, networkId, verifier, nowMs: clock() });
  }

  /** Checks what a statement says against what is in force, and writes it, in one turn. */
  async #keep(patient: Patient, statement: string, ifMatch: string | undefined): Promise<SettingsVersion> {
    const { core, settingsStore, settings } = this.#options;
    const { patientNo } = patient;
    const { hash, by, body } = settingsStatement(statement);
    this.#assertSeen(patient, ifMatch);
    assertNext(this.inForce(patient), body);
    this.#assertSound(patient, by, body.settings);
    const stored = { version: body.version, hash, fromMs: this.#from(patient), statement };
    core.store.deferred(() => settingsStore.insert(patientNo, stored));
    // In the same turn: a frame that is judged by it is on disk after it.
    const version = settings.add(patientNo, stored);
    await core.store.sync();
    return version;
  }

  /** Later than every reading that was judged without it, so that a replay judges each as it was. */
  #from(patient: Patient): number {
    const { clock, processor } = this.#options;
    const newest = processor.newestRuleTime(patient.patientNo) ?? -Infinity;
    return Math.max(clock(), newest + 1, (this.inForce(patient)?.from ?? -Infinity) + 1);
  }

  #assertSeen(patient: Patient, ifMatch: string | undefined): void {
    const inForce = this.inForce(patient);
    if (!matches(ifMatch, versionTag(inForce?.version ?? 0))) throw changed(inForce);
  }

  #assertSound(patient: Patient, by: SettingsVersion['by'], settings: StatedSettings): void {
    const { devices } = this.#options.core;
    const { patientId } = patient;
    assertSound(
      { by, settings },
      this.inForce(patient),
      (deviceId) => devices.find(deviceId)?.patientId === patientId,
      this.#options.clock(),
    );
  }
}
