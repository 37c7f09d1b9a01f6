import { CryptoError, fromBase64url, kidOf, sha256 } from '@careledger/crypto';
import type { SignatureVerifier, X25519KeyPair } from '@careledger/crypto';
import { EmergencyNoticeBody, STATEMENTS, type StatementBody } from '@careledger/contracts';
import { PatientId, recordIdOf, timestampOf } from '@careledger/domain';
import { EnvelopeError, openNoticeRecord, readManifest, readWrap, tokenHash } from '@careledger/envelope';
import { FhirError, kindsOf, readRecordContent, type FhirResource } from '@careledger/fhir';
import { onLedger } from '@careledger/ledger/service';
import { currentKey, everyKey } from '@careledger/policy';
import {
  EMERGENCY_NOTICE_MAX_AGE_S,
  EMERGENCY_NOTICE_MAX_CHARS,
  type EmergencyNoticeAnswer,
  type EmergencyNoticeHttp,
} from '@careledger/protocol';
import { checkStatement, readStatement, type HashedStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import { Unread } from '../access/read-gate.js';
import type { Issuer } from '../issuer.js';
import type { Policy } from '../policy/policy.js';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import { recordSource } from './announcements.js';
import { emergencySource } from './emergency-source.js';
import {
  mismatchWith,
  type Announced,
  type EmergencyStore,
  type KeptEmergency,
  type NoticeContent,
} from './emergency-store.js';
import type { NoticeLog } from './notice-log.js';
import type { NoticeData } from './notice.js';

type Body = StatementBody<'emergencyNotice'>;
type RecordContent = Extract<NoticeContent, { form: 'record' }>;

const MS_PER_S = 1_000;

export interface EmergencyServiceOptions {
  readonly issuer: Issuer;
  readonly verifier: SignatureVerifier;
  /** All generations of this authority's encryption key. */
  readonly keys: readonly X25519KeyPair[];
  readonly registrations: Registrations;
  readonly policy: Policy;
  readonly store: Store;
  readonly emergencies: EmergencyStore;
  readonly log: NoticeLog;
  readonly clock?: () => number;
}

/**
 * Takes emergencies straight from gateways, also while the ledger is away: whose gateway key it is and whether the
 * patient lets this authority know is judged by the own mirror of the ledger. What comes is the record itself, and is
 * held to all that an opened record is held to.
 */
export class EmergencyService {
  readonly #options: EmergencyServiceOptions;
  readonly #clock: () => number;

  constructor(options: EmergencyServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * On disk and on its way to whoever follows the notices when this resolves. The same notice again gives the same
   * receipt.
   * @throws StatementError, ProblemError NOT_ADDRESSED, NOT_SUBSCRIBED, NOTICE_REFUSED
   */
  async accept({ statement, ciphertext }: EmergencyNoticeHttp): Promise<EmergencyNoticeAnswer> {
    const { emergencies, log, store } = this.#options;
    const read = readStatement(statement, { maxChars: EMERGENCY_NOTICE_MAX_CHARS });
    const before = this.#before(read);
    if (before !== undefined) return { created: false, receipt: await this.#receiptOf(before) };
    const body = await this.#check(read);
    await this.#requireConsent(body.patientId);
    const content = await this.#contentOf(body, ciphertext);
    await this.#open(body, content);

    const kept = await store.commit(() => this.#keep(read, body, content));
    log.published();
    const receipt = kept?.receipt ?? emergencies.find(body.patientId, read.payload.sid)?.receipt;
    if (typeof receipt !== 'string') throw new Error(`The notice ${read.payload.sid} was not kept`);
    return { created: kept !== undefined, receipt };
  }

  /**
   * What a kept notice says, for the gate to give out.
   * @throws ProblemError NOTICE_REFUSED
   */
  open(
    kept: Pick<KeptEmergency, 'patientId' | 'recordId' | 'version'>,
    content: RecordContent,
  ): Promise<Unread<FhirResource>> {
    return this.#open(kept, content);
  }

  /** Only within `store.commit`; undefined where it is kept already. */
  #keep(read: HashedStatement, body: Body, content: RecordContent): KeptEmergency | undefined {
    const { emergencies, log } = this.#options;
    const { sid, iat } = read.payload;
    const { patientId, recordId, version, period, providerId } = body;
    const announced = log.ofSource(recordSource(patientId, recordId, version)) as Announced | undefined;
    const mismatch = announced === undefined ? null : mismatchWith(announced, content.manifestHash);
    const isMatched = announced !== undefined && mismatch === null;
    const receivedAt = timestampOf(this.#clock());
    const data: NoticeData<'emergency'> = {
      patientId,
      sid,
      recordId,
      version,
      period,
      ...(providerId !== undefined && { providerId }),
      receivedAt,
      ...(isMatched && { matched: true as const }),
    };
    const source = emergencySource(patientId, sid);
    const noticeId = log.append({ type: 'emergency', source, patientId, data });
    if (noticeId === undefined) return undefined;
    const kept: KeptEmergency = {
      patientId,
      sid,
      hash: read.hash,
      recordId,
      version,
      issuedAt: timestampOf(iat * MS_PER_S),
      noticeId,
      receivedAt,
      receipt: this.#makeReceipt({ patientId, sid, hash: read.hash, receivedAt }),
      matchedAt: isMatched ? receivedAt : null,
      mismatch,
    };
    emergencies.put(kept, content);
    return kept;
  }

  #before({ payload: { iss, sid }, hash }: HashedStatement): KeptEmergency | undefined {
    const before = this.#options.emergencies.find(iss, sid);
    if (before !== undefined && before.hash !== hash)
      throw problem('STATEMENT_ID_REUSED', 'Another emergency notice was sent under this statement id');
    return before;
  }

  /** One that was taken by a former release was not answered with a receipt. */
  async #receiptOf(kept: KeptEmergency): Promise<string> {
    const { emergencies, store } = this.#options;
    if (kept.receipt !== null) return kept.receipt;
    const receipt = this.#makeReceipt(kept);
    return store.commit(() => emergencies.keepReceipt(kept, receipt));
  }

  #makeReceipt({
    patientId,
    sid,
    hash,
    receivedAt,
  }: Pick<KeptEmergency, 'patientId' | 'sid' | 'hash' | 'receivedAt'>): string {
    const body = { patientId, noticeSid: sid, noticeHash: hash, receivedAt };
    return this.#options.issuer.make('noticeReceipt', ['authorities'], body);
  }

  async #check(read: HashedStatement): Promise<Body> {
    const { issuer, verifier } = this.#options;
    if (!Value.Check(PatientId, read.payload.iss))
      throw problem('STATEMENT_ISSUER_MISMATCH', 'An emergency notice is issued by a patient');
    const { payload } = checkStatement(read, {
      typ: STATEMENTS.emergencyNotice.typ,
      audience: issuer.networkId,
      now: Math.floor(this.#clock() / MS_PER_S),
      maxAgeSeconds: EMERGENCY_NOTICE_MAX_AGE_S,
      isBody: (value): value is Body => Value.Check(EmergencyNoticeBody, value),
      publicKeyOf: await this.#gatewayKeyOf(read.payload.iss, read.header.kid),
      verifier,
    });
    const { iss, body } = payload;
    const { patientId, authorityId, recordId, seed } = body;
    if (patientId !== iss)
      throw problem('STATEMENT_ISSUER_MISMATCH', 'A gateway speaks for its own patient only');
    if (authorityId !== issuer.authorityId)
      throw problem('NOT_ADDRESSED', `This is ${issuer.authorityId}; the notice is for ${authorityId}`);
    if (recordIdOf({ author: patientId, patientId, seed }, sha256) !== recordId)
      throw refused('RECORD_ID_MISMATCH', 'the record’s id is not the hash of patient and seed');
    return body;
  }

  /** The patient's current gateway key; a key that is not known here may just be new. */
  async #gatewayKeyOf(patientId: string, kid: string): Promise<(kid: string) => Uint8Array | undefined> {
    const { registrations } = this.#options;
    const isOf = (key: Uint8Array | undefined): key is Uint8Array =>
      key !== undefined && kidOf('Ed25519', key) === kid;
    let key = currentKey((await onLedger(() => registrations.patient(patientId))).gatewayKeys);
    if (!isOf(key))
      key = currentKey((await onLedger(() => registrations.refreshPatient(patientId))).gatewayKeys);
    return () => (isOf(key) ? key : undefined);
  }

  async #requireConsent(patientId: string): Promise<void> {
    const { policy } = this.#options;
    if (policy.noticing(patientId).length > 0) return;
    await policy.refresh(patientId);
    if (policy.noticing(patientId).length === 0)
      throw problem('NOT_SUBSCRIBED', 'No grant of the patient brings notices to this authority');
  }

  /** What the notice carries, as it is kept. What it says of the record has to be what the manifest says. */
  #contentOf({ manifest, wrap, tagGroups }: Body, ciphertext: string): Promise<RecordContent> {
    return onParts(() => {
      const signed = readManifest(manifest).aad.tagGroups;
      if (JSON.stringify(signed) !== JSON.stringify(tagGroups))
        throw refused('AAD_MISMATCH', 'the notice has other tags than the record');
      const manifestHash = tokenHash(manifest);
      return {
        form: 'record',
        manifest,
        manifestHash,
        wrap,
        ciphertext: fromBase64url(ciphertext),
        tagGroups,
      };
    });
  }

  async #open(
    { patientId, recordId, version }: Pick<Body, 'patientId' | 'recordId' | 'version'>,
    { manifest, manifestHash, wrap, ciphertext }: RecordContent,
  ): Promise<Unread<FhirResource>> {
    const { registrations, verifier } = this.#options;
    const { gatewayKeys } = await onLedger(() => registrations.patient(patientId));
    const author = patientId;
    return onParts(async () => {
      const { content } = await openNoticeRecord({
        manifest,
        wrap,
        ciphertext,
        recipientKey: this.#keyFor(wrap),
        expected: { recordId, patientId, version, author, manifestHash },
        authorKeys: everyKey(gatewayKeys),
        verifier,
      });
      const bundle = readRecordContent(content, { patientId, author, kind: 'emergency' });
      return new Unread(bundle, kindsOf(bundle));
    });
  }

  #keyFor(wrap: string): X25519KeyPair {
    const { kid } = readWrap(wrap);
    const key = this.#options.keys.find((own) => own.kid === kid);
    if (key === undefined)
      throw new EnvelopeError('NOT_A_RECIPIENT', 'The wrap is for no key of this authority');
    return key;
  }
}

/** Runs what reads a notice's parts; what is wrong with them is a refusal of the notice. */
async function onParts<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof EnvelopeError || cause instanceof FhirError || cause instanceof CryptoError)
      throw refused(cause.code, cause.message, cause);
    throw cause;
  }
}

const refused = (reason: string, detail: string, cause?: Error) =>
  problem('NOTICE_REFUSED', `${reason}: ${detail}`, { members: { reason }, ...(cause && { cause }) });
