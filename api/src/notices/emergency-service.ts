import { fromUtf8, kidOf, type SignatureVerifier, type X25519KeyPair } from '@careledger/crypto';
import { EmergencyNoticeBody, STATEMENTS, type StatementBody } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import { FhirError, checkBundle, type FhirResource } from '@careledger/fhir';
import { onLedger } from '@careledger/ledger/service';
import { SEALED_CONTEXT } from '@careledger/protocol';
import { checkStatement, readStatement, type HashedStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { Issuer } from '../issuer.js';
import { currentKey, type Directory } from '../policy/directory.js';
import type { Policy } from '../policy/policy.js';
import { problem } from '../problem.js';
import type { Store } from '../store/store.js';
import { recordSource } from './announcements.js';
import type { EmergencyStore, KeptEmergency } from './emergency-store.js';
import type { NoticeLog } from './notice-log.js';
import type { NoticeData } from './notice.js';

type Body = StatementBody<'emergencyNotice'>;

/** Characters of an emergency notice: the bundle is sealed within, so the bound of other statements is too small. */
export const EMERGENCY_NOTICE_MAX_CHARS = 1_500_000;

export interface EmergencyServiceOptions {
  readonly issuer: Issuer;
  readonly verifier: SignatureVerifier;
  /** All generations of this authority's encryption key. */
  readonly keys: readonly X25519KeyPair[];
  readonly directory: Directory;
  readonly policy: Policy;
  readonly store: Store;
  readonly emergencies: EmergencyStore;
  readonly log: NoticeLog;
}

/**
 * Takes emergencies straight from gateways, also while the ledger is away: whose gateway key it is and whether the
 * patient lets this authority know is judged by the own mirror of the ledger.
 */
export class EmergencyService {
  readonly #options: EmergencyServiceOptions;

  constructor(options: EmergencyServiceOptions) {
    this.#options = options;
  }

  /**
   * On disk and on its way to whoever follows the notices when this resolves; true unless it was here before.
   * @throws StatementError, ProblemError NOT_ADDRESSED, NOT_SUBSCRIBED, SEALED_UNREADABLE, FHIR_INVALID
   */
  async accept(statement: string): Promise<boolean> {
    const { emergencies, log, store } = this.#options;
    const read = readStatement(statement, { maxChars: EMERGENCY_NOTICE_MAX_CHARS });
    if (this.#isRepeated(read)) return false;
    const body = await this.#check(read);
    await this.#requireConsent(body.patientId);
    await this.bundleOf(body);

    const { sid } = read.payload;
    const { patientId, recordId, version, period, providerId, sealed } = body;
    const created = await store.commit(() => {
      const announced = log.has(recordSource(patientId, recordId, version));
      const receivedAt = new Date().toISOString();
      const data: NoticeData<'emergency'> = {
        patientId,
        sid,
        recordId,
        version,
        period,
        ...(providerId !== undefined && { providerId }),
        receivedAt,
        ...(announced && { matched: true as const }),
      };
      const source = `emergency/${patientId}/${sid}`;
      const noticeId = log.append({ type: 'emergency', source, patientId, data });
      if (noticeId === undefined) return false;
      const matchedAt = announced ? receivedAt : null;
      emergencies.put({
        patientId,
        sid,
        hash: read.hash,
        recordId,
        version,
        sealed,
        noticeId,
        receivedAt,
        matchedAt,
      });
      return true;
    });
    log.published();
    return created;
  }

  /** Opens the bundle of a direct notice. @throws ProblemError SEALED_UNREADABLE, FHIR_INVALID */
  async bundleOf({ sealed }: Pick<KeptEmergency, 'sealed'>): Promise<FhirResource> {
    try {
      const opened = await decryptFrom(sealed, this.#options.keys, {
        context: SEALED_CONTEXT.emergencyNotice,
      });
      return checkBundle(JSON.parse(fromUtf8(opened)));
    } catch (cause) {
      if (cause instanceof EnvelopeError)
        throw problem('SEALED_UNREADABLE', `${cause.code}: ${cause.message}`, { cause });
      if (cause instanceof FhirError || cause instanceof SyntaxError)
        throw problem('FHIR_INVALID', cause.message, { cause });
      throw cause;
    }
  }

  #isRepeated({ payload: { iss, sid }, hash }: HashedStatement): boolean {
    const before = this.#options.emergencies.find(iss, sid);
    if (before === undefined) return false;
    if (before.hash !== hash)
      throw problem('STATEMENT_ID_REUSED', 'Another emergency notice was sent under this statement id');
    return true;
  }

  async #check(read: HashedStatement): Promise<Body> {
    const { issuer, verifier } = this.#options;
    if (!Value.Check(PatientId, read.payload.iss))
      throw problem('STATEMENT_ISSUER_MISMATCH', 'An emergency notice is issued by a patient');
    const { payload } = checkStatement(read, {
      typ: STATEMENTS.emergencyNotice.typ,
      audience: issuer.networkId,
      now: Math.floor(Date.now() / 1000),
      isBody: (value): value is Body => Value.Check(EmergencyNoticeBody, value),
      publicKeyOf: await this.#gatewayKeyOf(read.payload.iss, read.header.kid),
      verifier,
    });
    const { iss, body } = payload;
    if (body.patientId !== iss)
      throw problem('STATEMENT_ISSUER_MISMATCH', 'A gateway speaks for its own patient only');
    if (body.authorityId !== issuer.authorityId)
      throw problem('NOT_ADDRESSED', `This is ${issuer.authorityId}; the notice is for ${body.authorityId}`);
    return body;
  }

  /** The patient's current gateway key; a key that is not known here may just be new. */
  async #gatewayKeyOf(patientId: string, kid: string): Promise<(kid: string) => Uint8Array | undefined> {
    const { directory } = this.#options;
    const isOf = (key: Uint8Array | undefined): key is Uint8Array =>
      key !== undefined && kidOf('Ed25519', key) === kid;
    let key = currentKey((await onLedger(() => directory.patient(patientId))).gatewayKeys);
    if (!isOf(key)) key = currentKey((await onLedger(() => directory.refreshPatient(patientId))).gatewayKeys);
    return () => (isOf(key) ? key : undefined);
  }

  async #requireConsent(patientId: string): Promise<void> {
    const { policy } = this.#options;
    if (policy.noticing(patientId).length > 0) return;
    await policy.refresh(patientId);
    if (policy.noticing(patientId).length === 0)
      throw problem('NOT_SUBSCRIBED', 'No grant of the patient brings notices to this authority');
  }
}
