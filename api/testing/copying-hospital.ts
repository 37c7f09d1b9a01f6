import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import type { AnnouncedRecordState, ContractCode, GrantState } from '@careledger/contracts';
import { copyUnitHash } from '@careledger/envelope/portable';
import { LedgerError } from '@careledger/ledger';
import { createLogger } from '@careledger/service-kit';
import type { UseRecord, VersionsWanted } from '../src/access/access-service.js';
import { Allowances } from '../src/copies/allowances.js';
import { CopyBacklog } from '../src/copies/backlog.js';
import { BacklogStore } from '../src/copies/backlog-store.js';
import { CopySearch, type CopyPage, type CopyQuery } from '../src/copies/copy-search.js';
import { CopyStore } from '../src/copies/copy-store.js';
import { CopyEndAttester } from '../src/copies/end-attester.js';
import { CopyEnding } from '../src/copies/ending.js';
import { CopyIntake } from '../src/copies/intake.js';
import { IntakeStore } from '../src/copies/intake-store.js';
import type { problem } from '../src/problems.js';
import { STORE_FILE, SqliteStore } from '../src/store/store.js';
import { TestHospital, readerWith } from './test-hospital.js';
import { testPatient } from './test-patient.js';

export const LOINC = 'http://loinc.org';
export const GLUCOSE = '2339-0';
export const VITAL_TAG = `${'v'.repeat(21)}A`;
export const LAB_TAG = `${'l'.repeat(21)}A`;
export const STORED_AT = '2026-05-05T09:00:00.000Z';
/** `fullUrl` of the one entry of every record. */
export const FULL_URL = 'urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41';
/** Somebody of the unit for which the copy is kept. */
export const ward = readerWith({}, { unit: 'ward-4' });
const logger = createLogger('copies', { level: 'silent' });

/** A unit for which a copy is kept: what is sealed of it, and what the ledger has. */
export function copyFor(unit: string, salt: number) {
  const words = { unit, salt: toBase64url(new Uint8Array(32).fill(salt)) };
  return { words, copy: { purpose: 'TREAT', unitHash: copyUnitHash(sha256, words) } } as const;
}

/** The parts that keep copies, as the service puts them together. */
export type CopyingParts = ReturnType<CopyingHospital['parts']>;

interface ObservationWanted extends Partial<AnnouncedRecordState> {
  readonly value?: string;
  readonly at?: string;
  readonly code?: string;
  readonly category?: string;
}

/** An authority with a store on disk, and a patient who lets it keep a copy for ward 4. */
export class CopyingHospital implements AsyncDisposable {
  readonly patient = testPatient();
  /** What the api has asked for, and what comes of it. */
  asked: VersionsWanted[] = [];
  refusal: ReturnType<typeof problem> | undefined;
  /** JSON by record. */
  readonly contents = new Map<string, string>();
  /** What happens while the api waits for its answer. */
  meanwhile: () => Promise<void> = async () => undefined;
  readonly #dir = mkdtempSync(join(tmpdir(), 'careledger-copies-'));
  hospital = new TestHospital({ store: this.#store() });
  /** That lets the copy be kept. */
  grant = this.patient.grant({ copy: copyFor('ward-4', 3).copy });

  static async open(): Promise<CopyingHospital> {
    const opened = new CopyingHospital();
    const { hospital, patient } = opened;
    const sealed = await patient.meaning(hospital.ownKey.publicKey, { copy: copyFor('ward-4', 3).words });
    opened.grant = { ...opened.grant, sealed };
    await hospital.granted(patient.state, opened.grant);
    await hospital.store.commit(() => hospital.mirror.grantSince(patient.patientId, opened.grant.grantId, 1));
    return opened;
  }

  /** As if it had been killed: another process, a minute later, has nothing but the store. */
  async restart(): Promise<void> {
    const { ownKey, nowMs, store } = this.hospital;
    await store.close();
    this.hospital = new TestHospital({ store: this.#store(), ownKey });
    this.hospital.nowMs = nowMs + 60_000;
    await this.hospital.granted(this.patient.state, this.grant);
  }

  /** The parts on the store as it is. */
  parts() {
    const { store, box, policy, meanings, clock, gate, ledgers, mirror } = this.hospital;
    const copies = new CopyStore(store, box);
    const allowances = new Allowances(policy, meanings);
    const waiting = new IntakeStore(store);
    const access = { openEach: this.#openEach.bind(this) };
    const intake = new CopyIntake({ access, allowances, copies, waiting, store, logger, clock });
    const search = new CopySearch({
      ...{ allowances, copies, gate, mirror, policy, clock, ended: () => undefined },
    });
    const backlogs = new BacklogStore(store);
    const backlog = new CopyBacklog({
      ...{ authorities: ledgers.authorities.channel(), allowances, backlogs, copies, waiting },
      ...{ mirror, policy, store, logger, clock, found: () => undefined },
    });
    return { copies, allowances, waiting, intake, search, backlog };
  }
  /** What tells the ledger of ended copies, and how it is carried on. */
  attester(authorities = this.hospital.ledgers.authorities.channel()): CopyEndAttester {
    const { issuer, mirror, store, clock } = this.hospital;
    const outbox = { wake: () => undefined };
    return new CopyEndAttester({
      ...{ issuer, authorities, mirror, store, outbox, logger, clock },
    });
  }

  /** What ends copies, on the same store. */
  ending({ allowances, copies, waiting }: CopyingParts): CopyEnding {
    const { store, clock } = this.hospital;
    const attester = this.attester();
    return new CopyEnding({ allowances, attester, copies, waiting, store, logger, clock });
  }

  /** A record of one observation, announced. */
  async announce({ intake }: CopyingParts, wanted: ObservationWanted = {}): Promise<AnnouncedRecordState> {
    const record = this.announcedBefore(wanted);
    await this.hospital.store.commit(() => intake.noticed(record));
    return record;
  }

  /** A record of one observation, on the ledger since before this authority was told of anything. */
  announcedBefore(wanted: ObservationWanted = {}): AnnouncedRecordState {
    const {
      value = '5.40',
      at = '2026-05-05T08:00:00Z',
      code = GLUCOSE,
      category = 'laboratory',
      ...more
    } = wanted;
    const { patientId } = this.patient;
    const { recordId, seed } = this.patient.newRecord();
    const coding = (system: string, each: string) => `{"coding":[{"system":"${system}","code":"${each}"}]}`;
    this.contents.set(
      recordId,
      `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"${FULL_URL}",` +
        `"resource":{"resourceType":"Observation","status":"final","category":[${coding('urn:c', category)}],` +
        `"code":${coding(LOINC, code)},"effectiveDateTime":"${at}","valueQuantity":{"value":${value},"unit":"mmol/L"}}}]}`,
    );
    const record = {
      ...{ patientId, recordId, seed, version: 1, prevVersionHash: null, kind: 'periodic' },
      ...{ author: patientId, providerId: 'prv_cloud-a', manifestHash: 'A'.repeat(43), tagGroups: [] },
      period: { start: at, end: at },
      ...more,
    } as unknown as AnnouncedRecordState;
    this.hospital.ledgers.authorities.announcements.push(record);
    return record;
  }

  find({ search }: CopyingParts, more: Partial<CopyQuery> = {}, reader = ward): Promise<CopyPage> {
    const { patientId } = this.patient;
    return search.find(reader, {
      ...{ patientId, resourceType: 'Observation', limit: 10, order: 'desc', isCounted: true },
      ...more,
    });
  }

  /** Ends a grant on both ledgers, and in the mirror of them. */
  readonly revoked = async (rule: Pick<GrantState, 'patientId' | 'grantId'> = this.grant): Promise<void> => {
    for (const ledger of Object.values(this.hospital.ledgers)) ledger.revoke(rule);
    await this.hospital.mirrored(rule.patientId);
  };

  /** As the ledger refuses. */
  refusedWith(chaincodeCode: ContractCode): LedgerError {
    return new LedgerError('CHAINCODE_REFUSED', chaincodeCode, { chaincodeCode });
  }

  /** Everything that lies in the store's files. */
  filesOf(): Buffer {
    return Buffer.concat(readdirSync(this.#dir).map((name) => readFileSync(join(this.#dir, name))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hospital[Symbol.asyncDispose]();
    rmSync(this.#dir, { recursive: true });
  }

  #store(): SqliteStore {
    return new SqliteStore(join(this.#dir, STORE_FILE));
  }

  async #openEach<T>(wanted: VersionsWanted, use: UseRecord<T>): Promise<PromiseSettledResult<Awaited<T>>[]> {
    this.asked.push(wanted);
    await this.meanwhile();
    const { refusal } = this;
    return Promise.allSettled(
      wanted.versions.map(async ({ recordId }, place) => {
        if (refusal !== undefined) throw refusal;
        const json = this.contents.get(recordId) ?? '';
        return use({ json, access: {} as never, storedAt: STORED_AT }, place);
      }),
    );
  }
}

/** When what was found took place. */
export const timesOf = ({ resources }: CopyPage): string[] =>
  resources.map(({ json }) => (JSON.parse(json) as { effectiveDateTime: string }).effectiveDateTime);
