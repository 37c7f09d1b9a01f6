import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CryptoError,
  fromBase64url,
  sha256,
  toBase64url,
  type SignatureVerifier,
  type Signer,
} from '@careledger/crypto';
import type { KeyStore, Scrypt } from '@careledger/crypto/key-store';
import { patientIdOf } from '@careledger/domain';
import { sealGenesis, type GenesisBlock } from '@careledger/private-chain';
import type { ChainKeeper } from '../chain/keeper.js';
import { PatientChain } from '../chain/patient-chain.js';
import type { GatewayStore } from '../store/index.js';
import {
  assertPassphrase,
  changeConsentPassphrase,
  keepConsentKey,
  newConsentKey,
  stageConsentKey,
  unlockConsentKey,
  type ConsentKeyFolder,
} from './consent-key-file.js';
import { PatientError } from './errors.js';
import { KeyStretching } from './key-stretching.js';
import { PassphraseMistakes } from './mistakes.js';
import { Offers } from './offered-keys.js';
import { PatientKeys, keepTogether, type AppointedPatient } from './patient-keys.js';
import {
  checkRegistration,
  openScopeKey,
  registrantOf,
  type EnrolmentOffer,
  type OwnEnrolment,
} from './enrolment.js';
import { gatewayKeyProof, makeRegistration } from './registration.js';

export interface PatientsOptions {
  readonly store: GatewayStore;
  readonly keyStore: KeyStore;
  /** Where consent keys lie; undefined where patients keep them themselves, and no passphrase is taken. */
  readonly consentKeys: ConsentKeyFolder | undefined;
  readonly verifier: SignatureVerifier;
  readonly keeper: ChainKeeper;
  /** Network ID that chains and statements are for. */
  readonly network: string;
  /** `name/version`, for the genesis block. */
  readonly software: string;
  /** Leading zero bits of every block of new chains; 0 in production. */
  readonly difficulty: number;
  readonly clock: () => number;
}

export interface Patient {
  readonly patientNo: number;
  readonly patientId: string;
  readonly createdMs: number;
  readonly chain: PatientChain;
}

/** What a genesis block says of who registered. */
interface Registered {
  readonly registration: string;
  /** Raw. */
  readonly consentKey: Uint8Array;
}

/** Who is to be a patient of this gateway. */
type Newcomer = Registered & AppointedPatient;

/** Who gives a passphrase, where that is not a bearer token's holder. */
const THIS_PROCESS = 'this process';

/** The patients of this gateway, each with a chain and keys of its own. */
export class Patients {
  readonly #options: PatientsOptions;
  readonly #byId = new Map<string, Patient>();
  /** Consent keys in force (raw, base64url) that the chains do not have yet, by patient. */
  readonly #consentKeyOf = new Map<number, string>();
  readonly #stretching = new KeyStretching();
  readonly #mistakes: PassphraseMistakes;
  readonly #offers = new Offers();
  readonly #openSigners = (patientId: string): readonly Signer[] =>
    new PatientKeys(this.#options.keyStore, patientId).gatewaySigners();

  constructor(options: PatientsOptions) {
    this.#options = options;
    this.#mistakes = new PassphraseMistakes(options.clock);
  }

  /** Reads all patients into the keeper. Opens no key: those are opened when a block is to be signed. */
  load(): void {
    this.#byId.clear();
    for (const { patientNo, patientId, createdMs, chainState } of this.#options.store.read.patients()) {
      this.#add({ patientNo, patientId, createdMs, chain: this.#chain(patientNo, patientId, chainState) });
    }
  }

  /**
   * Makes a patient: keys, registration, chain with its genesis block. The consent key is encrypted under the
   * passphrase, which is not kept. What a crash leaves behind half made is keys that nobody uses.
   * @param alsoWrite within the transaction that makes the patient
   * @throws PatientError `PASSPHRASE_TOO_SHORT`, `PASSPHRASES_BUSY`
   */
  async create(
    { passphrase }: { readonly passphrase: string },
    alsoWrite: (patientId: string) => void = () => undefined,
  ): Promise<Patient> {
    const consentKeys = this.#consentKeys();
    assertPassphrase(passphrase);
    const { keyStore } = this.#options;
    const { seed, signer } = newConsentKey();
    const patientId = patientIdOf(signer.publicKey, sha256);
    await this.#stretching.run(patientId, (scrypt) =>
      keepConsentKey(consentKeys, patientId, seed, { passphrase, scrypt }),
    );
    const keys = new PatientKeys(keyStore, patientId);
    await keys.generate();
    const registration = makeRegistration({
      ...{ patientId, network: this.#options.network, consent: signer, gateway: keys.gatewaySigner() },
      ...{ encryptionKey: keys.encryption().publicKey, nowMs: this.#options.clock() },
    });
    return this.#begin(keys, { registration, consentKey: signer.publicKey }, alsoWrite);
  }

  /**
   * First step of a patient with a key of its own: the keys that this gateway would use, for the patient to appoint. Asked
   * again, the same keys.
   * @param consentKey raw @throws PatientError `PATIENT_EXISTS`
   */
  offer(consentKey: Uint8Array): EnrolmentOffer {
    const { keyStore, network, clock } = this.#options;
    const patientId = patientIdOf(consentKey, sha256);
    this.#assertNew(patientId);
    const held = new PatientKeys(keyStore, patientId);
    const keys = held.areThere ? held : this.#offers.offer(patientId);
    const gateway = keys.gatewaySigner();
    return {
      ...{ patientId, networkId: network },
      gatewayKey: toBase64url(gateway.publicKey),
      gatewayKeyProof: gatewayKeyProof({ patientId, network, gateway, nowMs: clock() }),
      encryptionKey: toBase64url(keys.encryption().publicKey),
    };
  }

  /**
   * Second step: the patient's own registration, which appoints the keys that were offered.
   * @param alsoWrite within the transaction that makes the patient
   * @throws PatientError `ENROLMENT_REFUSED`, `PATIENT_EXISTS`
   */
  async enrol(
    enrolment: OwnEnrolment,
    alsoWrite: (patientId: string) => void = () => undefined,
  ): Promise<Patient> {
    const newcomer = await this.#checked(enrolment);
    const { keys, appointed, scopeKey } = newcomer;
    await keys.keep(appointed, scopeKey);
    this.#assertNew(keys.patientId);
    return this.#begin(keys, newcomer, alsoWrite);
  }

  /**
   * The same of many patients, each for itself: their keys with one write, their chains in one transaction.
   * @returns in the order of the enrolments: the patient, or why there is none. An enrolment that comes again names the patient
   * whom it has made.
   */
  async enrolAll(enrolments: readonly OwnEnrolment[]): Promise<(Patient | PatientError)[]> {
    const outcomes = new Map<number, PatientError>();
    const newcomers = new Map<number, Newcomer>();
    for (const [place, enrolment] of enrolments.entries())
      try {
        newcomers.set(place, await this.#checked(enrolment));
      } catch (error) {
        if (!(error instanceof PatientError)) throw error;
        outcomes.set(place, error);
      } finally {
        // Frames come meanwhile, which may tell of a danger.
        await nextTurn();
      }
    await keepTogether(this.#options.keyStore, [...newcomers.values()]);
    // By patient: one who is among them twice, or has come meanwhile by another request, is made once.
    const made = new Map<string, Newcomer>();
    for (const newcomer of newcomers.values())
      if (!this.#byId.has(newcomer.keys.patientId)) made.set(newcomer.keys.patientId, newcomer);
    this.#beginAll([...made.values()], () => undefined);
    return enrolments.map(
      (enrolment, place) => this.#madeBy(enrolment) ?? outcomes.get(place) ?? existing(enrolment),
    );
  }

  /** The patient whom this very registration has made. */
  #madeBy({ statement }: OwnEnrolment): Patient | undefined {
    const { store } = this.#options;
    const patient = this.#byId.get(registrantIn(statement) ?? '');
    const genesis = patient && store.read.block(patient.patientNo, 0);
    if (genesis === undefined) return undefined;
    const { registration } = (JSON.parse(genesis.json) as GenesisBlock).body;
    return registration === statement ? patient : undefined;
  }

  async #checked({ statement, scopeKey }: OwnEnrolment): Promise<Newcomer> {
    const { keyStore, network, verifier, clock } = this.#options;
    const { patientId, consentKey } = registrantOf(statement);
    this.#assertNew(patientId);
    const keys = new PatientKeys(keyStore, patientId);
    const appointed = keys.areThere ? keys : this.#offers.find(patientId);
    if (appointed === undefined)
      throw new PatientError(
        'ENROLMENT_REFUSED',
        `This gateway offers ${patientId} no keys, or has started since: ask for an offer again`,
      );
    checkRegistration(statement, appointed, { network, verifier, nowMs: clock() });
    return {
      ...{ keys, appointed, scopeKey: await openScopeKey(scopeKey, appointed) },
      ...{ registration: statement, consentKey },
    };
  }

  find(patientId: string): Patient | undefined {
    return this.#byId.get(patientId);
  }

  /** @throws PatientError `PATIENT_NOT_FOUND` */
  get(patientId: string): Patient {
    const patient = this.#byId.get(patientId);
    if (patient === undefined) {
      throw new PatientError('PATIENT_NOT_FOUND', `This gateway serves no patient ${patientId}`);
    }
    return patient;
  }

  /** @throws PatientError `PATIENT_NOT_FOUND` */
  byNo(patientNo: number): Patient {
    const patient = this.#byId.get(this.#options.keeper.patient(patientNo)?.patientId ?? '');
    if (patient === undefined)
      throw new PatientError('PATIENT_NOT_FOUND', `There is no patient number ${patientNo}`);
    return patient;
  }

  list(): Patient[] {
    return [...this.#byId.values()];
  }

  /** With which a patient's decisions have to be signed now, raw: as the chain says, unless a rotation runs ahead of it. */
  consentKey({ patientNo, chain }: Patient): Uint8Array {
    return fromBase64url(this.#consentKeyOf.get(patientNo) ?? chain.state.consentKey);
  }

  /** Another consent key counts from now on. @param key raw, base64url */
  useConsentKey({ patientNo }: Pick<Patient, 'patientNo'>, key: string): void {
    this.#consentKeyOf.set(patientNo, key);
  }

  /** The delegated keys of a patient. */
  keys(patientId: string): PatientKeys {
    return new PatientKeys(this.#options.keyStore, this.get(patientId).patientId);
  }

  /**
   * The consent key, for one decision. @param caller names who gives the passphrase: a token, not its holder
   * @throws CryptoError `KEY_STORE_LOCKED` for a wrong passphrase; PatientError `PASSPHRASE_BACKOFF` after several,
   * `PASSPHRASES_BUSY`
   */
  async unlockConsent(patientId: string, passphrase: string, caller: string = THIS_PROCESS): Promise<Signer> {
    const consentKeys = this.#consentKeys();
    const patient = this.get(patientId);
    return this.#tried(patientId, caller, (scrypt) =>
      unlockConsentKey(
        consentKeys,
        patientId,
        { passphrase, scrypt },
        { inForce: () => this.consentKey(patient) },
      ),
    );
  }

  /**
   * The consent key, and the one that is to follow it: that lies beside it, and takes its place once it is in force. Asked
   * again, the same one. Errors as `unlockConsent`.
   */
  async stageConsent(
    patientId: string,
    passphrase: string,
    caller: string = THIS_PROCESS,
  ): Promise<{ readonly signer: Signer; readonly successor: Signer }> {
    const consentKeys = this.#consentKeys();
    const patient = this.get(patientId);
    return this.#tried(patientId, caller, (scrypt) =>
      stageConsentKey(
        consentKeys,
        patientId,
        { passphrase, scrypt },
        { inForce: () => this.consentKey(patient) },
      ),
    );
  }

  /**
   * Has the consent key opened by another passphrase from now on; killed in the middle, one of the two opens it. The same
   * request again changes nothing. Errors as `unlockConsent`, and PatientError `PASSPHRASE_TOO_SHORT`.
   */
  async changePassphrase(
    patientId: string,
    { passphrase, newPassphrase }: { readonly passphrase: string; readonly newPassphrase: string },
    caller: string = THIS_PROCESS,
  ): Promise<void> {
    const consentKeys = this.#consentKeys();
    assertPassphrase(newPassphrase);
    await this.#tried(patientId, caller, (scrypt) =>
      changeConsentPassphrase(consentKeys, patientId, { passphrase, scrypt }, newPassphrase),
    );
  }

  /** Lets no passphrase wait any more. */
  async close(): Promise<void> {
    await this.#stretching.close();
  }

  /** Tries a passphrase in its turn, and counts the mistake if it is one. */
  async #tried<T>(patientId: string, caller: string, attempt: (scrypt: Scrypt) => Promise<T>): Promise<T> {
    this.get(patientId);
    const mistakes = this.#mistakes;
    mistakes.assertMayTry(caller, patientId);
    return this.#stretching.run(patientId, async (scrypt) => {
      // Those ahead in the line may have been wrong.
      mistakes.assertMayTry(caller, patientId);
      try {
        const result = await attempt(scrypt);
        mistakes.forgive(caller, patientId);
        return result;
      } catch (error) {
        if (error instanceof CryptoError && error.code === 'KEY_STORE_LOCKED')
          mistakes.note(caller, patientId);
        throw error;
      }
    });
  }

  #begin(keys: PatientKeys, registered: Registered, alsoWrite: (patientId: string) => void): Patient {
    const [patient] = this.#beginAll([{ ...registered, keys }], alsoWrite);
    if (patient === undefined) throw new RangeError('A patient was made and is not there');
    return patient;
  }

  /** @param alsoWrite for each, within the transaction that makes all of them */
  #beginAll(
    newcomers: readonly (Registered & Pick<Newcomer, 'keys'>)[],
    alsoWrite: (patientId: string) => void,
  ): Patient[] {
    const { store, clock } = this.#options;
    const createdMs = clock();
    const begun = newcomers.map((newcomer) => ({
      patientId: newcomer.keys.patientId,
      ...this.#genesis(newcomer.keys, newcomer, createdMs),
    }));
    const numbers = store.transaction((writer) =>
      begun.map(({ patientId, block, state }) => {
        const no = writer.insertPatient(patientId, createdMs, state);
        writer.insertBlock({ patientNo: no, height: 0, hash: state.head, json: JSON.stringify(block) });
        alsoWrite(patientId);
        return no;
      }),
    );
    return begun.map(({ patientId, state }, place) => {
      const patientNo = numbers[place] ?? 0;
      return this.#add({ patientNo, patientId, createdMs, chain: this.#chain(patientNo, patientId, state) });
    });
  }

  #genesis(
    keys: PatientKeys,
    { registration, consentKey }: Registered,
    timeMs: number,
  ): ReturnType<typeof sealGenesis> {
    const { network, software, difficulty } = this.#options;
    const gateway = keys.gatewaySigner();
    const body: GenesisBlock['body'] = {
      network,
      consentKey: toBase64url(consentKey),
      gatewayKey: toBase64url(gateway.publicKey),
      registration,
      software,
    };
    return sealGenesis({ patientId: keys.patientId, timeMs, difficulty, body }, gateway);
  }

  /** @throws PatientError `CONSENT_KEY_NOT_KEPT` */
  #consentKeys(): ConsentKeyFolder {
    const { consentKeys } = this.#options;
    if (consentKeys !== undefined) return consentKeys;
    throw new PatientError(
      'CONSENT_KEY_NOT_KEPT',
      'Patients keep their consent keys themselves: sign with careledger-consent, and send the statement',
    );
  }

  /** @throws PatientError `PATIENT_EXISTS` */
  #assertNew(patientId: string): void {
    if (this.#byId.has(patientId))
      throw new PatientError('PATIENT_EXISTS', `${patientId} is enrolled here already`);
  }

  #chain(patientNo: number, patientId: string, state: PatientChain['state']): PatientChain {
    return new PatientChain(patientNo, patientId, state, this.#openSigners);
  }

  #add(patient: Patient): Patient {
    this.#byId.set(patient.patientId, patient);
    this.#options.keeper.addPatient(patient.chain);
    return patient;
  }
}

/** Undefined for what is no registration. */
function registrantIn(statement: string): string | undefined {
  try {
    return registrantOf(statement).patientId;
  } catch (error) {
    if (error instanceof PatientError) return undefined;
    throw error;
  }
}

/** Made meanwhile, by another registration. */
const existing = ({ statement }: OwnEnrolment): PatientError =>
  new PatientError('PATIENT_EXISTS', `${registrantIn(statement)} is enrolled here already`);
