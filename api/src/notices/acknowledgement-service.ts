import { timestampOf } from '@careledger/domain';
import type { Acknowledgement } from '@careledger/protocol';
import type { ReadGate } from '../access/read-gate.js';
import type { Reader } from '../access/reader.js';
import type { Issuer } from '../issuer.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import type { AcknowledgementStore, NoticeName } from './acknowledgement-store.js';
import type { EmergencyStore, KeptEmergency } from './emergency-store.js';
import type { NoticeLog } from './notice-log.js';
import type { NoticeReader } from './notice-reader.js';

export interface AcknowledgementServiceOptions {
  readonly issuer: Issuer;
  readonly store: Store;
  readonly emergencies: EmergencyStore;
  readonly acknowledgements: AcknowledgementStore;
  readonly log: NoticeLog;
  readonly reader: Pick<NoticeReader, 'termsOf'>;
  readonly gate: Pick<ReadGate, 'assertNotice'>;
  readonly clock?: () => number;
}

/** Somebody of this authority sees to an emergency: on disk here, and kept until the patient's gateway has asked for it. */
export class AcknowledgementService {
  readonly #options: AcknowledgementServiceOptions;
  readonly #clock: () => number;

  constructor(options: AcknowledgementServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * The authority's signed word for its practitioner; of a notice that was acknowledged before, the first one.
   * @throws ProblemError NOTICE_UNKNOWN; PRACTITIONER_UNKNOWN, UNIT_MISMATCH, READ_REFUSED, LEDGER_UNAVAILABLE: whom the
   * content is not shown to cannot see to it either
   */
  async acknowledge(name: NoticeName, practitionerId: string, reader: Reader): Promise<Acknowledgement> {
    const { acknowledgements, gate, reader: notices, store, log } = this.#options;
    const kept = this.#known(name);
    const terms = await notices.termsOf(kept);
    const issuedAtMs = Date.parse(kept.issuedAt);
    await gate.assertNotice(reader, { patientId: kept.patientId, ...terms, issuedAtMs });
    const before = acknowledgements.find(name);
    if (before !== undefined) return before;
    const made = this.#make(kept, practitionerId);
    const stands = await store.commit(() => {
      const first = acknowledgements.keep(name, made);
      const { patientId, sid, recordId, version } = kept;
      log.append({
        type: 'acknowledgement',
        source: `acknowledgement/${patientId}/${sid}`,
        patientId,
        data: {
          ...{ patientId, sid, recordId, version },
          practitionerId: first.practitionerId,
          acknowledgedAt: first.acknowledgedAt,
        },
      });
      return first;
    });
    log.published();
    return stands;
  }

  /** For the gateway that sent the notice. @throws ProblemError NOTICE_UNKNOWN */
  of(name: NoticeName): Acknowledgement | undefined {
    this.#known(name);
    return this.#options.acknowledgements.find(name);
  }

  #make({ patientId, recordId, version, sid, hash }: KeptEmergency, practitionerId: string): Acknowledgement {
    const acknowledgedAt = timestampOf(this.#clock());
    const statement = this.#options.issuer.make('acknowledgement', ['authorities'], {
      ...{ patientId, recordId, version, noticeSid: sid, noticeHash: hash },
      ...{ practitionerId, acknowledgedAt },
    });
    return { statement, practitionerId, acknowledgedAt };
  }

  #known({ patientId, sid }: NoticeName): KeptEmergency {
    const kept = this.#options.emergencies.find(patientId, sid);
    if (kept === undefined) throw problem('NOTICE_UNKNOWN', 'No such direct notice came to this authority');
    return kept;
  }
}
