import { canonicalJson, sha256, sha256Hex, utf8 } from '@careledger/crypto';
import type { X25519KeyPair } from '@careledger/crypto';
import { records, type StoredRecordState } from '@careledger/contracts';
import {
  recordIdOf,
  termKey,
  type Period,
  type PurposeOfUse,
  type RecordKind,
  type RecordOrigin,
  type ScopeTerm,
  type TagGroups,
} from '@careledger/domain';
import {
  EnvelopeError,
  makeWrapSet,
  recordSeedFor,
  sealRecord,
  wrapKey,
  type RecordAad,
} from '@careledger/envelope';
import { kindsOf, type FhirResource } from '@careledger/fhir';
import { onLedger } from '@careledger/ledger/service';
import { currentKey, decide, termsOnRecord, type RecordTerms, type Request } from '@careledger/policy';
import type { ScopeMeaning } from '@careledger/protocol';
import { matches, versionTag, type IdempotentRequest } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { Channels } from '../ledger-port.js';
import { addTask, type Outbox } from '../outbox/outbox.js';
import type { KnownScopes } from '../policy/known-scopes.js';
import type { Policy } from '../policy/policy.js';
import type { Registrations } from '../policy/registrations.js';
import type { Person, Vouching } from '../policy/vouching.js';
import { problem } from '../problems.js';
import type { Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import { describedBy, periodOf } from './bundle-terms.js';
import { checkedContent } from './checked-content.js';
import { storeStatement } from './write-statements.js';
import type { VersionDescription, Write, WriteStore } from './write-store.js';

export interface WriteServiceOptions {
  readonly issuer: Issuer;
  /** Makes the seeds of record ids. */
  readonly recordSecret: Uint8Array;
  readonly ownKey: X25519KeyPair;
  readonly channels: Channels;
  readonly registrations: Registrations;
  readonly policy: Policy;
  readonly scopes: KnownScopes;
  readonly vouching: Vouching;
  readonly providers: Providers;
  readonly store: Store;
  readonly writes: WriteStore;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly clock?: () => number;
}

export interface WriteWanted {
  readonly patientId: string;
  /** JSON of a FHIR R4 Bundle, parsed strictly. */
  readonly bundle: unknown;
  /** The same to the letter: what is sealed. The bundle as JSON writes it, unless given. */
  readonly text?: string;
  readonly purpose: PurposeOfUse;
  readonly person: Person;
  /** Scopes in words to which the record's tags are narrowed: they have to cover all of it. */
  readonly scope?: readonly ScopeTerm[];
  readonly period?: Period;
  /** Tells the same request from another one. */
  readonly request: IdempotentRequest;
}

export interface RevisionWanted extends WriteWanted {
  /** Header `If-Match`: tags of versions that may be revised; whichever is the newest without it. */
  readonly ifMatch?: string;
}

/** A request whose bundle was checked. */
type Checked = Omit<WriteWanted, 'bundle'> & { readonly bundle: FhirResource };

/** Which version is made, and what it continues. */
interface NextVersion {
  readonly recordId: string;
  readonly seed: string;
  readonly version: number;
  readonly kind: RecordKind;
  readonly prevVersionHash: string | null;
}

/** To make a record, or to change one of which this is the newest version and this its author. */
type Asked = { readonly origin: RecordOrigin } & (
  | { readonly permission: 'write' }
  | { readonly permission: 'modify'; readonly newest: RecordTerms; readonly author: string }
);

/** What the ledger will be told of a version, and asked about. */
interface Entitlement {
  readonly tagGroups: TagGroups;
  readonly granteeTags: readonly string[];
}

/** Authorities make these alone. */
const KIND: RecordKind = 'clinical';

/**
 * Takes what clinicians write: sealed, signed and on disk before anything leaves; the outbox does the rest. The same
 * request again gives the same version.
 */
export class WriteService {
  readonly #options: WriteServiceOptions;
  readonly #clock: () => number;

  constructor(options: WriteServiceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * Version 1 of a clinical record. Its id comes from the request, so that the same one makes no second record, also
   * where this store has forgotten the first.
   * @throws ProblemError FHIR_INVALID, WRITE_NOT_GRANTED, TOO_MANY_TAGS, IDEMPOTENCY_KEY_REUSED
   */
  async create(wanted: WriteWanted): Promise<Write> {
    const { issuer, recordSecret, writes } = this.#options;
    const { patientId, request } = wanted;
    const before = this.before(request);
    if (before !== undefined) return before;
    const checked = await this.#check(wanted);
    const key = sha256Hex(canonicalJson({ ...request }));
    const seed = recordSeedFor(recordSecret, { patientId, kind: KIND, key });
    const recordId = recordIdOf({ author: issuer.authorityId, patientId, seed }, sha256);
    // The key has expired, the version has not.
    const kept = writes.find(recordId, 1);
    if (kept !== undefined && !mayBeTriedAgain(kept)) return kept;
    const origin = { recordId, authors: [issuer.authorityId] };
    const entitlement = await this.#entitlement(checked, { permission: 'write', origin });
    return this.#seal(
      checked,
      { recordId, seed, version: 1, kind: KIND, prevVersionHash: null },
      entitlement,
    );
  }

  /**
   * The next version of a clinical record. Whether this authority may is decided by the ledger, on the version that is
   * stored and on the new one.
   * @throws ProblemError as `create`, RECORD_UNKNOWN, VERSION_CHANGED, AUTHOR_MISMATCH, WRITE_PENDING, LEDGER_UNAVAILABLE
   */
  async revise(recordId: string, wanted: RevisionWanted): Promise<Write> {
    const { channels, issuer, writes } = this.#options;
    const { patientId } = wanted;
    const before = this.before(wanted.request);
    if (before !== undefined) return before;
    const checked = await this.#check(wanted);
    const pending = writes.pendingVersion(recordId);
    if (pending !== undefined)
      throw problem('WRITE_PENDING', `Version ${pending} is on its way; revise it once it is announced`);
    const newest = await onLedger(() =>
      channels.cloud.evaluate(records, 'GetRecord', { patientId, recordId }),
    );
    const { seed, version, kind, author, manifestHash } = newest;
    if (!matches(wanted.ifMatch, versionTag(version)))
      throw problem('VERSION_CHANGED', `The newest version is ${version}: read it, and revise that`, {
        members: { version },
      });
    if (kind !== KIND || author === patientId)
      throw problem('AUTHOR_MISMATCH', 'The record is the patient’s own: no authority revises it');
    const entitlement = await this.#entitlement(checked, {
      permission: 'modify',
      newest: termsOnRecord(newest),
      author: this.#isOwn(newest) ? issuer.authorityId : author,
      origin: { recordId, authors: [...new Set([issuer.authorityId, author])] },
    });
    const next = { recordId, seed, version: version + 1, kind, prevVersionHash: manifestHash };
    return this.#seal(checked, next, entitlement);
  }

  /** Whether this authority made the record, whoever made its newest version: by the id, which says so. */
  #isOwn({ recordId, patientId, seed }: StoredRecordState): boolean {
    return recordIdOf({ author: this.#options.issuer.authorityId, patientId, seed }, sha256) === recordId;
  }

  /** What the same request made before, if it did. @throws ProblemError IDEMPOTENCY_KEY_REUSED */
  before(request: IdempotentRequest): Write | undefined {
    const { store, writes } = this.#options;
    const answer = store.requests.find(request);
    if (answer.state === 'new') return undefined;
    const [recordId, version] = ofWriteRef(answer.reference);
    const before = writes.find(recordId, version);
    return before === undefined || mayBeTriedAgain(before) ? undefined : before;
  }

  async #check(wanted: WriteWanted): Promise<Checked> {
    const { patientId } = wanted;
    const about = { patientId, author: this.#options.issuer.authorityId };
    return { ...wanted, bundle: await checkedContent(wanted.bundle, about) };
  }

  /**
   * The tags of the version and of who writes it. What is clearly hopeless by the own mirror is refused here, by the rules
   * that the ledger decides by.
   */
  async #entitlement(wanted: Checked, asked: Asked): Promise<Entitlement> {
    const first = await this.#decide(wanted, asked);
    if (first.reason === undefined) return first;
    await this.#options.policy.refresh(wanted.patientId);
    const second = await this.#decide(wanted, asked);
    if (second.reason === undefined) return second;
    const { reason } = second;
    throw problem(
      'WRITE_NOT_GRANTED',
      `No grant of the patient lets this authority ${asked.permission} this`,
      {
        members: { reason },
      },
    );
  }

  async #decide(
    { patientId, bundle, person, purpose, scope, ...about }: Checked,
    asked: Asked,
  ): Promise<Entitlement & { readonly reason?: string }> {
    const { issuer, policy, scopes, vouching } = this.#options;
    const { permission } = asked;
    const granteeTags = await vouching.granteeTags(patientId, person, permission, purpose);
    const known = await scopes.of(patientId);
    const kinds = kindsOf(bundle);
    const named = scope === undefined ? known : narrowed(known, scope);
    const described = named && describedBy(kinds, asked.origin, named);
    // Named scopes that leave something out would say less than the record holds.
    if (scope !== undefined && (described === undefined || described.length === 0))
      return { tagGroups: [], granteeTags, reason: 'SCOPE_NOT_GRANTED' };
    // What cannot be said in full is not said at all: grants without a scope alone cover the record.
    const tagGroups = described ?? [];
    const period = about.period ?? periodOf(bundle, this.#clock());
    const request: Request = {
      patientId,
      requester: issuer.authorityId,
      granteeTags,
      permission,
      purpose,
      ...(asked.permission === 'modify'
        ? {
            ...asked.newest,
            revisedTagGroups: tagGroups,
            revisedPeriod: period,
            author: asked.author,
          }
        : { tagGroups, period }),
    };
    // A grant that a revoke-all has voided is mirrored as revoked.
    const now = { version: 0, revokedThroughSeq: 0 };
    const { decision, reason } = decide(request, now, policy.known(patientId), this.#clock());
    return { tagGroups, granteeTags, ...(decision === 'deny' && { reason }) };
  }

  async #seal(
    wanted: Checked,
    { recordId, seed, version, kind, prevVersionHash }: NextVersion,
    { tagGroups, granteeTags }: Entitlement,
  ): Promise<Write> {
    const { registrations, issuer, ownKey, providers, store, writes, outbox } = this.#options;
    const { patientId, bundle, text = JSON.stringify(bundle), purpose, request } = wanted;
    const patient = await onLedger(() => registrations.patient(patientId));
    const patientKey = currentKey(patient.encryptionKeys);
    if (patientKey === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const aad: RecordAad = {
      v: 2,
      recordId,
      version,
      patientId,
      author: issuer.authorityId,
      tagGroups: tagGroups.map((group) => [...group]),
      prevVersionHash,
    };
    const sealed = sealContent(text, aad, issuer);
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    // For the time being: whoever else may read it is let in when it is stored.
    const wraps = await Promise.all(
      [patientKey, ownKey.publicKey].map((publicKey) =>
        wrapKey(sealed.contentKey, { recordId, version }, { publicKey }),
      ),
    );
    const description: VersionDescription = {
      seed,
      kind,
      period: wanted.period ?? periodOf(bundle, this.#clock()),
      tagGroups,
      prevVersionHash,
      purpose,
      granteeTags,
      ciphertextSha256,
      sizeBytes: ciphertext.length,
    };
    const described = { patientId, recordId, version, description, manifestHash };
    const providerId = providers.preferred();
    if (providerId === undefined) throw problem('PROVIDER_UNREACHABLE', 'No provider is configured');
    const ref = writeRef(recordId, version);
    const kept = await store.commit(() => {
      // Two equal requests at once: the first one made the version.
      const before = this.before(request);
      if (before !== undefined) return before;
      if (writes.pendingVersion(recordId) !== undefined)
        throw problem('WRITE_PENDING', 'Another version of the record is on its way');
      // What was refused before is tried again under its key, maybe as another version.
      store.requests.forget(request);
      store.requests.claim(request, ref);
      writes.put({
        ...described,
        stage: 'sealed',
        manifest,
        wrapSet: makeWrapSet({ recordId, version, manifestHash, wraps }, issuer.signer),
        wraps: wraps.map(({ jwe }) => jwe),
        ciphertext,
        providerId,
        storeStatement: storeStatement(issuer, described, providerId),
        createdAt: new Date().toISOString(),
      });
      addTask(store, { kind: 'record', ref, subject: patientId });
      return writes.find(recordId, version);
    });
    outbox.wake();
    if (kept === undefined) throw new Error(`The version ${version} of ${recordId} was not kept`);
    return kept;
  }
}

/** Names a write's task in the outbox. */
export const writeRef = (recordId: string, version: number): string => `${recordId}/${version}`;

/** What such a name is of. */
export function ofWriteRef(ref: string): [recordId: string, version: number] {
  const [recordId = '', version = ''] = ref.split('/');
  return [recordId, Number(version)];
}

/** What was refused before it was stored may be asked for again: a grant may have come since. */
const mayBeTriedAgain = ({ stage, storeTxId }: Write): boolean => stage === 'refused' && storeTxId === null;

function sealContent(text: string, aad: RecordAad, issuer: Issuer) {
  try {
    return sealRecord({ content: utf8(text), aad }, issuer.signer);
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause;
    throw problem('RECORD_REFUSED', cause.message, { cause, members: { reason: cause.code } });
  }
}

/** The known scopes that the caller names; undefined where one of them is not known. */
function narrowed(known: readonly ScopeMeaning[], named: readonly ScopeTerm[]): ScopeMeaning[] | undefined {
  const byTerm = Map.groupBy(known, termKey);
  const found = named.map((term) => byTerm.get(termKey(term)) ?? []);
  return found.every((scopes) => scopes.length > 0) ? found.flat() : undefined;
}
