import { generateEd25519, generateX25519, nodeVerifier, toBase64url } from '@careledger/crypto';
import type { X25519KeyPair } from '@careledger/crypto';
import type {
  AnnouncedRecordState,
  AuthorityState,
  ContractCode,
  Ruling,
  GrantState,
  ItemResult,
  PatientState,
  ReadingAnchorState,
  StatementBody,
  StoredRecordState,
} from '@careledger/contracts';
import { ProviderPool } from '@careledger/delivery';
import type { ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { decide, isAbout, isStanding, type Request } from '@careledger/policy';
import {
  createLogger,
  resourceScopesOf,
  type HttpClient,
  type Principal,
  type SignIn,
} from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { AccessLog } from '../src/access/access-log.js';
import { NoticeReadings } from '../src/access/notice-readings.js';
import { ReadGate } from '../src/access/read-gate.js';
import type { Reader } from '../src/access/reader.js';
import { Issuer } from '../src/issuer.js';
import { AcknowledgementService } from '../src/notices/acknowledgement-service.js';
import { AcknowledgementStore } from '../src/notices/acknowledgement-store.js';
import { Announcements } from '../src/notices/announcements.js';
import { EmergencyService } from '../src/notices/emergency-service.js';
import { EmergencyStore } from '../src/notices/emergency-store.js';
import { NoticeLog } from '../src/notices/notice-log.js';
import { NoticeReader } from '../src/notices/notice-reader.js';
import type { ShownEmergency } from '../src/notices/notice.js';
import { Judge } from '../src/policy/judge.js';
import { KnownScopes } from '../src/policy/known-scopes.js';
import { Meanings } from '../src/policy/meanings.js';
import { MirrorStore } from '../src/policy/mirror-store.js';
import { Policy } from '../src/policy/policy.js';
import { Registrations } from '../src/policy/registrations.js';
import { Vouching } from '../src/policy/vouching.js';
import { PractitionerStore, type PractitionerStage } from '../src/practitioners/practitioner-store.js';
import { WriteService } from '../src/records/write-service.js';
import { WriteStore } from '../src/records/write-store.js';
import { SealedBox } from '../src/store/sealed-box.js';
import { SqliteStore } from '../src/store/store.js';
import { fakeChannel } from './fake-channel.js';
import { TEST_NETWORK } from './test-patient.js';

const FROM = '2026-01-01T00:00:00Z';
const DAY_MS = 24 * 60 * 60_000;
const logger = createLogger('hospital', { level: 'silent' });

interface AnnouncementFilter {
  readonly patientId: string;
  readonly from?: string;
  readonly to?: string;
  readonly pageSize: number;
  readonly bookmark?: string;
}

/** What the peers of a channel have; decided by the rules that the chaincode decides by. */
class FakeLedger {
  /** `away`: calls fail; `hangs`: they are never answered. */
  state: 'there' | 'away' | 'hangs' = 'there';
  readonly patients = new Map<string, PatientState>();
  readonly authorities = new Map<string, AuthorityState>();
  readonly versions = new Map<string, number>();
  readonly withdrawn = new Set<string>();
  grants: GrantState[] = [];
  records: StoredRecordState[] = [];
  announcements: AnnouncedRecordState[] = [];
  readingAnchors: ReadingAnchorState[] = [];

  constructor(
    readonly name: ChannelName,
    readonly clock: () => number,
  ) {}

  grant(...grants: readonly GrantState[]): void {
    for (const grant of grants) this.#change(grant.patientId);
    this.grants.push(...grants);
  }

  revoke({ patientId, grantId }: Pick<GrantState, 'patientId' | 'grantId'>): void {
    this.#change(patientId);
    const revokedAt = new Date(this.clock()).toISOString();
    this.grants = this.grants.map((grant) => (grant.grantId === grantId ? { ...grant, revokedAt } : grant));
  }

  channel() {
    const decided = (request: Request & { practitionerId?: string }): Ruling => {
      const version = this.versions.get(request.patientId) ?? 0;
      if (request.practitionerId !== undefined && this.withdrawn.has(request.practitionerId))
        return { decision: 'deny', reason: 'PRACTITIONER_UNKNOWN', policyVersion: version };
      return decide(request, { version, revokedThroughSeq: 0 }, this.grants, this.clock());
    };
    const rows = <T>(all: readonly T[]) => ({ rows: all, bookmark: '' });
    const answers: Record<string, (args: never) => unknown> = {
      Decide: (request: Request) => {
        this.#patient(request.patientId);
        return decided(request);
      },
      DecideAll: ({ requests }: { requests: Request[] }) => ({
        decisions: requests.map((request) =>
          this.patients.get(request.patientId) === undefined ? null : decided(request),
        ),
      }),
      GetPolicyVersion: ({ patientId }: { patientId: string }) => {
        this.#patient(patientId);
        return { patientId, version: this.versions.get(patientId) ?? 0 };
      },
      GetPatient: ({ patientId }: { patientId: string }) => this.#patient(patientId),
      GetAuthority: ({ authorityId }: { authorityId: string }) =>
        this.authorities.get(authorityId) ?? refuse('AUTHORITY_UNKNOWN'),
      ListGrants: ({ patientId, authorityId }: { patientId: string; authorityId?: string }) =>
        rows(
          this.grants.filter(
            (grant) =>
              grant.patientId === patientId && (authorityId === undefined || isAbout(grant, authorityId)),
          ),
        ),
      ListSubscriptions: () => rows([]),
      ListAnnouncements: (filter: AnnouncementFilter) => this.#announced(filter),
      GetAnnouncement: ({ recordId, version }: AnnouncedRecordState) =>
        this.announcements.find((row) => row.recordId === recordId && row.version === version) ??
        refuse('RECORD_UNKNOWN'),
      AnchorReadings: ({ statement }: { statement: string }) => ({ result: this.#anchored(statement) }),
      ListReadingAnchors: ({ from = '' }: { from?: string }) =>
        rows(this.readingAnchors.filter(({ day }) => day >= from)),
      AttestCopyEnd: ({ statement }: { statement: string }) => ({ result: this.#attested(statement) }),
      GetRecord: ({ recordId, version }: { recordId: string; version?: number }) =>
        this.records.findLast(
          (row) => row.recordId === recordId && [undefined, row.version].includes(version),
        ) ?? refuse('RECORD_UNKNOWN'),
    };
    return fakeChannel(
      this.name,
      Object.fromEntries(
        Object.entries(answers).map(([name, answer]) => [name, (args: never) => this.#answer(answer, args)]),
      ),
    );
  }

  /** A day of an authority's log. */
  #anchored(statement: string): ItemResult {
    const { iss: authorityId, sid, body } = readStatement(statement).payload;
    const { day, hash } = body as StatementBody<'anchorReadings'>;
    if (Date.parse(`${day}T00:00:00Z`) + DAY_MS > this.clock()) refuse('READINGS_NOT_OVER');
    const before = this.readingAnchors.find((anchor) => anchor.day === day);
    if (before !== undefined && before.hash !== hash) refuse('READINGS_ANCHORED');
    const anchor = { authorityId, day, hash, txId: 'd'.repeat(64) };
    if (before === undefined)
      this.readingAnchors.push({ ...anchor, anchoredAt: new Date(this.clock()).toISOString() });
    return { sid, code: 'OK', txId: anchor.txId };
  }

  /** What an authority says of the copy of a grant that has ended. */
  #attested(statement: string): ItemResult {
    const { iss, sid, body } = readStatement(statement).payload;
    const { patientId, grantId, left, destroyedAt } = body as StatementBody<'attestCopyEnd'>;
    const at = new Date(this.clock()).toISOString();
    const found = this.grants.find((grant) => grant.grantId === grantId && grant.patientId === patientId);
    if (found?.authorityId !== iss) refuse('GRANT_UNKNOWN');
    if (isStanding(found, this.clock())) refuse('COPY_NOT_ENDED');
    if (Math.abs(Date.parse(destroyedAt) - this.clock()) > DAY_MS) refuse('COPY_END_TIME_INVALID');
    const copyEnd = { left, destroyedAt, statement, recordedAt: at, txId: 'e'.repeat(64) };
    this.grants = this.grants.map((grant) => (grant === found ? { ...grant, copyEnd } : grant));
    return { sid, code: 'OK', txId: copyEnd.txId };
  }

  /** By the start of their time, one page after the other. */
  #announced({ patientId, from, to, pageSize, bookmark = '0' }: AnnouncementFilter) {
    const at = (time: string): number => Date.parse(time);
    const rows = this.announcements
      .filter(({ patientId: of, period: { start } }) => {
        const isWithin =
          (from === undefined || at(start) >= at(from)) && (to === undefined || at(start) < at(to));
        return of === patientId && isWithin;
      })
      .sort((a, b) => at(a.period.start) - at(b.period.start));
    const end = Number(bookmark) + pageSize;
    return { rows: rows.slice(Number(bookmark), end), bookmark: end < rows.length ? String(end) : '' };
  }

  #answer(answer: (args: never) => unknown, args: never): unknown {
    if (this.state === 'away') throw new LedgerError('UNAVAILABLE', `${this.name} is away`);
    return this.state === 'hangs' ? new Promise(() => undefined) : answer(args);
  }

  #patient(patientId: string): PatientState {
    return this.patients.get(patientId) ?? refuse('PATIENT_UNKNOWN');
  }

  #change(patientId: string): void {
    this.versions.set(patientId, (this.versions.get(patientId) ?? 0) + 1);
  }
}

function refuse(chaincodeCode: ContractCode): never {
  throw new LedgerError('CHAINCODE_REFUSED', chaincodeCode, { chaincodeCode });
}

export interface TestHospitalOptions {
  readonly store?: SqliteStore;
  readonly ownKey?: X25519KeyPair;
  readonly storeKey?: Uint8Array;
}

/** The parts of an authority's api, as the service puts them together, on ledgers that a test plays. */
export class TestHospital implements AsyncDisposable {
  nowMs = Date.parse('2026-05-05T12:00:00Z');
  readonly clock = (): number => this.nowMs;
  readonly ledgers = {
    authorities: new FakeLedger('authorities', this.clock),
    cloud: new FakeLedger('cloud', this.clock),
  };
  readonly channels = {
    authorities: this.ledgers.authorities.channel(),
    cloud: this.ledgers.cloud.channel(),
  };
  readonly authorityId = 'aut_hospital';
  readonly ownKey: X25519KeyPair;
  readonly store: SqliteStore;
  readonly box: SealedBox;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  readonly registrations: Registrations;
  readonly meanings: Meanings;
  readonly practitioners: PractitionerStore;
  readonly vouching: Vouching;
  readonly log: NoticeLog;
  readonly emergencies: EmergencyStore;
  readonly announcements: Announcements;
  readonly accessLog: AccessLog;
  readonly readings: NoticeReadings;
  readonly gate: ReadGate;
  readonly service: EmergencyService;
  readonly notices: NoticeReader;
  readonly acknowledgements: AcknowledgementService;
  readonly writes: WriteStore;
  readonly writer: WriteService;
  readonly issuer = new Issuer(this.authorityId, TEST_NETWORK, generateEd25519().signer);
  /** What the providers were sent, and what they say to it. */
  readonly sent: { readonly path: string; readonly body: unknown }[] = [];
  answerItem: (statement: string) => Pick<ItemResult, 'code'> = () => ({ code: 'OK' });
  /** Whether what is given out has been logged before: looked at when the outbox is woken. */
  woken = 0;
  #practitioners = 0;

  constructor(options: TestHospitalOptions = {}) {
    const { clock, channels, authorityId } = this;
    const { store = new SqliteStore(':memory:'), ownKey = generateX25519() } = options;
    this.store = store;
    this.ownKey = ownKey;
    this.box = new SealedBox(options.storeKey ?? new Uint8Array(32).fill(7));
    this.mirror = new MirrorStore(store);
    const { authorities } = channels;
    this.policy = new Policy({ authorityId, authorities, mirror: this.mirror, store, clock });
    this.registrations = new Registrations(channels, this.mirror, store);
    this.meanings = new Meanings({ keys: [ownKey], logger });
    const scopes = new KnownScopes(this.policy, this.meanings);
    this.practitioners = new PractitionerStore(store, this.box);
    this.vouching = new Vouching(this.practitioners, this.policy, this.meanings);
    this.log = new NoticeLog(store);
    this.emergencies = new EmergencyStore(store);
    this.announcements = new Announcements({
      store,
      policy: this.policy,
      log: this.log,
      emergencies: this.emergencies,
      logger,
    });
    this.accessLog = new AccessLog(store);
    const outbox = { wake: () => void this.woken++ };
    const providers = new ProviderPool<HttpClient>({
      providerIds: ['prv_cloud-a', 'prv_cloud-b'],
      connect: () => this.#provider(),
      restMs: () => 0,
      clock,
    });
    const { issuer } = this;
    this.readings = new NoticeReadings({
      ...{ issuer, cloud: channels.cloud, providers, store, outbox, clock, logger },
    });
    const judge = new Judge({ authorityId, channels, mirror: this.mirror, clock });
    const { accessLog: log, readings, vouching } = this;
    this.gate = new ReadGate({ issuer, store, log, readings, vouching, judge, clock });
    this.service = new EmergencyService({
      ...{ issuer, verifier: nodeVerifier(), keys: [ownKey], registrations: this.registrations },
      ...{ policy: this.policy, store, emergencies: this.emergencies, log: this.log, clock },
    });
    this.notices = new NoticeReader({
      ...{ gate: this.gate, emergencies: this.emergencies, service: this.service, scopes },
      ...{ log: this.log, keys: [ownKey], count: () => undefined },
    });
    this.acknowledgements = new AcknowledgementService({
      ...{ issuer, store, emergencies: this.emergencies, log: this.log, gate: this.gate, clock },
      ...{ acknowledgements: new AcknowledgementStore(store), reader: this.notices },
    });
    this.writes = new WriteStore(store);
    this.writer = new WriteService({
      ...{
        issuer,
        recordSecret: new Uint8Array(32).fill(9),
        ownKey,
        channels,
        registrations: this.registrations,
      },
      ...{ policy: this.policy, scopes, vouching, providers, store, writes: this.writes, outbox, clock },
    });
  }

  /** On both channels, and mirrored. */
  async granted(state: PatientState, ...grants: readonly GrantState[]): Promise<void> {
    for (const ledger of Object.values(this.ledgers)) {
      ledger.patients.set(state.patientId, state);
      ledger.grant(...grants);
    }
    await this.mirrored(state.patientId);
  }

  /** As after the event of a change. */
  async mirrored(patientId: string): Promise<void> {
    const consent = await this.policy.fetch(patientId);
    await this.store.commit(() => this.policy.put(patientId, consent));
    await this.registrations.patient(patientId);
  }

  /** Another authority on both channels. */
  authority(authorityId: string): X25519KeyPair {
    const key = generateX25519();
    const encryptionKeys = [{ key: toBase64url(key.publicKey), from: FROM }];
    for (const { authorities } of Object.values(this.ledgers))
      authorities.set(authorityId, { authorityId, encryptionKeys } as unknown as AuthorityState);
    return key;
  }

  async practitioner(unit: string | null = null, role = 'physician'): Promise<string> {
    this.#practitioners += 1;
    const practitionerId = `prc_${'abcdefgh'[this.#practitioners]?.repeat(32)}`;
    await this.store.commit(() =>
      this.practitioners.put({
        ...{ practitionerId, role, unit, stage: 'active', identity: { identifier: 'staff-1' } },
        ...{ statement: 'x.y.z', txIds: {}, refusal: null, createdAt: FROM },
      }),
    );
    return practitionerId;
  }

  async setStage(practitionerId: string, stage: PractitionerStage): Promise<void> {
    const change = { stage, statement: 'x.y.z', txIds: {}, refusal: null };
    await this.store.commit(() => this.practitioners.update(practitionerId, change));
  }

  /** What somebody sees of the newest direct notice. */
  async read(reader: Reader): Promise<ShownEmergency> {
    const [newest] = this.store.all<{ id: number }>('SELECT max(notice_id) AS id FROM emergencies');
    const kept = this.emergencies.ofNotice(newest?.id ?? 0);
    if (kept === undefined) throw new Error('There is no direct notice');
    return this.notices.read(reader, kept);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
  }

  #provider(): HttpClient {
    const call = async (_method: string, path: string, { body }: { body?: unknown }) => {
      this.sent.push({ path, body });
      const { statements } = body as { statements: string[] };
      return {
        items: statements.map((text) => ({ sid: null, txId: 'a'.repeat(64), ...this.answerItem(text) })),
      };
    };
    return {
      call: call as unknown as HttpClient['call'],
      bytes: () => Promise.reject(new Error('not asked for')),
    };
  }
}

/** What a token says of somebody who signed in with these scopes. @param patientId for whom an app was launched */
export const signedInFor = (scopes: readonly string[], patientId?: string): SignIn => ({
  ...{ issuer: 'https://idp.example', expiresAtMs: Date.now() + 60_000 },
  ...{ person: undefined, patientId },
  ...{ scopes: resourceScopesOf(scopes), roleScopes: new Set() },
});

/** Somebody at a screen of this authority. */
export function readerWith(claim: Reader['claim'] = {}, principal: Partial<Principal> = {}): Reader {
  return {
    principal: {
      ...{ role: 'practitioner', mspId: undefined, tokenSha256: 'a'.repeat(64), patientIds: new Set() },
      ...{ name: 'ward', unit: undefined },
      ...principal,
    },
    claim,
    purpose: 'TREAT',
  };
}
