import { sha256, toBase64url, utf8, type X25519KeyPair } from '@careledger/crypto';
import { Period, type ResourceKind, type TagGroups } from '@careledger/domain';
import type { FhirResource } from '@careledger/fhir';
import { ProblemError } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import { reasonOfRefusal, type ReadGate, type Unread } from '../access/read-gate.js';
import type { Reader } from '../access/reader.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import { describedBy } from '../records/bundle-terms.js';
import { recordSource } from './announcements.js';
import { emergencySource } from './emergency-source.js';
import type { EmergencyService } from './emergency-service.js';
import type { EmergencyStore, KeptEmergency, NoticeContent } from './emergency-store.js';
import { openFormerNotice } from './former-notice.js';
import type { NoticeLog } from './notice-log.js';
import type { ShownEmergency } from './notice.js';

export interface NoticeReaderOptions {
  readonly gate: ReadGate;
  readonly emergencies: EmergencyStore;
  readonly service: EmergencyService;
  readonly scopes: KnownScopes;
  readonly log: NoticeLog;
  /** All generations of this authority's encryption key. */
  readonly keys: readonly X25519KeyPair[];
  /** Counts what was shown, and why not. */
  readonly count: (outcome: string) => void;
}

/** What the gate has to know of a notice, and how it is opened. */
interface Readable {
  readonly manifestHash: string;
  readonly tagGroups: TagGroups;
  readonly period: Period | undefined;
  readonly open: () => Promise<Unread<FhirResource>>;
}

/** Shows direct notices to those who may see them at the moment at which they are sent. */
export class NoticeReader {
  readonly #options: NoticeReaderOptions;

  constructor(options: NoticeReaderOptions) {
    this.#options = options;
  }

  /**
   * The content of a kept notice, or why it is withheld.
   * @throws ProblemError PRACTITIONER_UNKNOWN, UNIT_MISMATCH: whoever reads is nobody here any more
   */
  async read(reader: Reader, kept: KeptEmergency): Promise<ShownEmergency> {
    const { count, gate } = this.#options;
    gate.personOf(reader);
    try {
      const { patientId, recordId, version } = kept;
      const readable = await this.#readable(kept);
      const issuedAtMs = Date.parse(kept.issuedAt);
      const shown = await gate.notice(reader, { patientId, recordId, version, issuedAtMs, ...readable });
      count('shown');
      const { content: bundle, decidedBy, asOf } = shown;
      return { bundle, decidedBy, asOf };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      gate.personOf(reader);
      const withheld = reasonOfRefusal(error);
      count(withheld);
      return { withheld };
    }
  }

  /** What grants and denials compare a notice with. */
  async termsOf(kept: KeptEmergency): Promise<Pick<Readable, 'tagGroups' | 'period'>> {
    const { tagGroups, period } = await this.#readable(kept);
    return { tagGroups, period };
  }

  async #readable(kept: KeptEmergency): Promise<Readable> {
    const { emergencies, service } = this.#options;
    const content = emergencies.content(kept);
    if (content === undefined) throw new Error(`The notice ${kept.sid} has no content`);
    if (content.form === 'bundle') return this.#formerReadable(kept, content);
    const { manifestHash, tagGroups } = content;
    const period = this.#periodOf(kept);
    return { manifestHash, tagGroups, period, open: () => service.open(kept, content) };
  }

  /** It named neither manifest nor tags: the announced manifest, if there was one, and the tags of what it says. */
  async #formerReadable(
    kept: KeptEmergency,
    { sealed }: Extract<NoticeContent, { form: 'bundle' }>,
  ): Promise<Readable> {
    const { keys, log } = this.#options;
    const { patientId, recordId, version } = kept;
    const { unread, kinds } = await openFormerNotice(sealed, patientId, keys);
    const announced = log.ofSource(recordSource(patientId, recordId, version))?.['manifestHash'];
    return {
      manifestHash: typeof announced === 'string' ? announced : toBase64url(sha256(utf8(sealed))),
      tagGroups: await this.#groupsOf(patientId, kinds),
      period: this.#periodOf(kept),
      open: () => Promise.resolve(unread),
    };
  }

  /** As the notice was told of. */
  #periodOf({ patientId, sid }: KeptEmergency): Period | undefined {
    const period = this.#options.log.ofSource(emergencySource(patientId, sid))?.['period'];
    return Value.Check(Period, period) ? period : undefined;
  }

  async #groupsOf(patientId: string, kinds: readonly ResourceKind[]): Promise<TagGroups> {
    const { scopes } = this.#options;
    return describedBy(kinds, {}, await scopes.of(patientId)) ?? [];
  }
}
