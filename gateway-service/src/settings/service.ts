import { DECISION_CHANNELS } from '@careledger/consent';
import {
  ClinicalConfigError,
  checkSettings,
  loosenedByPatient,
  type SettingsVersion,
  type StatedSettings as ClinicalSettings,
} from '@careledger/clinical';
import { STATEMENTS, type StatedSettings, type StatementBody } from '@careledger/contracts';
import { fromBase64url, kidOf, type SignatureVerifier } from '@careledger/crypto';
import { AuthorityId } from '@careledger/domain';
import { matches, versionTag } from '@careledger/service-kit';
import { StatementError, checkStatement, readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import { genesisOf } from '../consent/genesis.js';
import { openConsentKey, type ConsentPassphrase } from '../consent/unlock.js';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import { assertGranted, authorityKey } from './authority-right.js';
import { SettingsError } from './errors.js';
import { NOTHING_STATED, type SettingsHistories } from './histories.js';
import { clinicalSettings, settingsStatement, type SettingsStatement } from './stated.js';
import type { SettingsStore } from './store.js';

/** What statements that go to no ledger name. */
const CHANNELS = DECISION_CHANNELS.settings;

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
      { patientId, networkId, channels: CHANNELS, body },
      signer,
    );
    return this.#keep(patient, statement, ifMatch);
  }

  /**
   * A `settings` statement of the patient's app, or of an authority, whoever brings it.
   * @throws SettingsError, ProblemError of the ledger
   */
  async take(patient: Patient, token: string, ifMatch?: string): Promise<SettingsVersion> {
    const said = this.#read(patient, token);
    const before = this.inForce(patient);
    // Sent again: it is answered as the first time.
    if (before?.hash === said.hash) return before;
    if (said.by === 'patient') {
      const key = fromBase64url(genesisOf(this.#options.core, patient).consentKey);
      this.#checkSigned(token, said, key);
    } else await this.#checkAuthority(token, said);
    return this.#keep(patient, token, ifMatch);
  }

  /** The form of a statement, and whom it is by and about. */
  #read({ patientId }: Patient, token: string): SettingsStatement {
    const { typ, body } = STATEMENTS.settings;
    try {
      const { header, payload } = readStatement(token);
      if (header.typ !== typ) throw refused(`A ${header.typ} says nothing about settings`);
      if (!CHANNELS.every((channel) => payload.channels.includes(channel)))
        throw refused(`Name the channel ${CHANNELS.join()}`);
      if (!Value.Check(body, payload.body)) throw refused(`The body is not that of a ${typ}`);
    } catch (cause) {
      throw asRefusal(cause);
    }
    const said = settingsStatement(token);
    if (said.body.patientId !== patientId) throw refused('The statement is about another patient');
    if (said.by === 'authority' && !Value.Check(AuthorityId, said.issuer))
      throw refused('Settings are stated by the patient or by an authority');
    return said;
  }

  async #checkAuthority(token: string, said: SettingsStatement): Promise<void> {
    const { ledger } = this.#options;
    if (said.body.practitionerId === undefined)
      throw refused('An authority states settings for one of its practitioners: name who');
    const key = await authorityKey(ledger, said.issuer);
    this.#checkSigned(token, said, key);
    await assertGranted(ledger, said.issuer, said.body);
  }

  #checkSigned(token: string, { issuer }: SettingsStatement, key: Uint8Array | undefined): void {
    const { networkId, verifier, clock } = this.#options;
    try {
      checkStatement(token, {
        ...{ typ: STATEMENTS.settings.typ, audience: networkId, issuer, verifier },
        publicKeyOf: (kid) => (key !== undefined && kid === kidOf('Ed25519', key) ? key : undefined),
        now: Math.floor(clock() / 1_000),
      });
    } catch (cause) {
      throw asRefusal(cause);
    }
  }

  /** Checks what a statement says against what is in force, and writes it, in one turn. */
  async #keep(patient: Patient, statement: string, ifMatch: string | undefined): Promise<SettingsVersion> {
    const { core, settingsStore, settings } = this.#options;
    const { patientNo } = patient;
    const { hash, by, body } = settingsStatement(statement);
    this.#assertNext(patient, body, ifMatch);
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
    const { version, hash } = this.inForce(patient) ?? { version: 0, hash: null };
    if (!matches(ifMatch, versionTag(version))) throw changed(version, hash);
  }

  #assertNext(patient: Patient, stated: StatementBody<'settings'>, ifMatch: string | undefined): void {
    this.#assertSeen(patient, ifMatch);
    const { version, hash } = this.inForce(patient) ?? { version: 0, hash: null };
    if (stated.version !== version + 1 || stated.previous !== hash) throw changed(version, hash);
  }

  #assertSound(patient: Patient, by: SettingsVersion['by'], stated: StatedSettings): void {
    const settings = clinicalSettings(stated);
    try {
      checkSettings(settings);
    } catch (cause) {
      if (!(cause instanceof ClinicalConfigError)) throw cause;
      throw new SettingsError('SETTINGS_INVALID', cause.message, { cause });
    }
    this.#assertOwnDevices(patient, settings);
    if (by === 'authority') return;
    const { authority } = this.inForce(patient) ?? NOTHING_STATED;
    const limits = loosenedByPatient(settings, authority);
    if (limits.length > 0)
      throw new SettingsError('SETTINGS_LOOSENED', `A practitioner alone loosens ${limits.join(', ')}`, {
        members: { limits },
      });
  }

  #assertOwnDevices({ patientId }: Patient, { devices = {} }: ClinicalSettings): void {
    const named = Object.entries(devices).flatMap(([deviceId, { sameSensorAs = deviceId }]) => [
      ...[deviceId, sameSensorAs],
    ]);
    const strange = named.find(
      (deviceId) => this.#options.core.devices.find(deviceId)?.patientId !== patientId,
    );
    if (strange !== undefined)
      throw new SettingsError('SETTINGS_INVALID', `The patient has no device ${strange}`);
  }
}

const refused = (message: string, cause?: unknown): SettingsError =>
  new SettingsError('SETTINGS_STATEMENT_REFUSED', message, { cause });

const asRefusal = (error: unknown): unknown =>
  error instanceof StatementError ? refused(`${error.code}: ${error.message}`, error) : error;

const changed = (version: number, hash: string | null): SettingsError =>
  new SettingsError('VERSION_CHANGED', `Version ${version} is in force: build on that`, {
    members: { version, hash },
  });
