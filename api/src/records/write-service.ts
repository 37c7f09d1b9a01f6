import { sha256Hex, utf8 } from '@careledger/crypto';
import type { X25519KeyPair } from '@careledger/crypto';
import { records, type StoredRecordState } from '@careledger/contracts';
import type { Period, PurposeOfUse, RecordKind } from '@careledger/domain';
import {
  EnvelopeError,
  makeWrapSet,
  recordIdFor,
  sealRecord,
  wrapKey,
  type RecordAad,
} from '@careledger/envelope';
import { FhirError, checkBundle, type FhirResource } from '@careledger/fhir';
import { onLedger } from '@careledger/ledger/service';
import type { ScopeMeaning } from '@careledger/protocol';
import type { Issuer } from '../issuer.js';
import type { Channels } from '../ledger-port.js';
import { addTask, type Outbox } from '../outbox/outbox.js';
import { coversGrantee } from '../policy/coverage.js';
import { currentKey, type Directory } from '../policy/directory.js';
import type { Meanings } from '../policy/meanings.js';
import type { MirroredGrant } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Person, Vouching } from '../policy/vouching.js';
import { problem } from '../problem.js';
import type { Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import { periodOf, tagsFor, termsOf } from './bundle-terms.js';
import { storeStatement } from './write-statements.js';
import type { VersionDescription, Write, WriteStore } from './write-store.js';

export interface WriteServiceOptions {
  readonly issuer: Issuer;
  /** Makes record ids. */
  readonly recordSecret: Uint8Array;
  readonly ownKey: X25519KeyPair;
  readonly channels: Channels;
  readonly directory: Directory;
  readonly policy: Policy;
  readonly meanings: Meanings;
  readonly vouching: Vouching;
  readonly providers: Providers;
  readonly store: Store;
  readonly writes: WriteStore;
  readonly outbox: () => Outbox;
}

export interface WriteWanted {
  readonly patientId: string;
  readonly bundle: unknown;
  readonly purpose: PurposeOfUse;
  readonly person: Person;
  /** In words; by the bundle's own resources unless given. */
  readonly scope?: readonly Pick<ScopeMeaning, 'category' | 'resourceType'>[];
  readonly period?: Period;
  /** The caller's; by the content unless given. */
  readonly idempotencyKey?: string;
}

/** What a new version continues. */
interface Place {
  readonly recordId: string;
  readonly version: number;
  readonly kind: RecordKind;
  readonly prevVersionHash: string | null;
  readonly scopeTags: readonly string[];
}

/**
 * Takes what clinicians write: sealed, signed and on disk before anything leaves; the outbox does the rest. The same
 * request again gives the same version.
 */
export class WriteService {
  readonly #options: WriteServiceOptions;

  constructor(options: WriteServiceOptions) {
    this.#options = options;
  }

  /** Version 1 of a clinical record. @throws ProblemError FHIR_INVALID, WRITE_NOT_GRANTED, IDEMPOTENCY_KEY_REUSED */
  async create(wanted: WriteWanted): Promise<Write> {
    const { recordSecret } = this.#options;
    const { bundle, requestSha256, key } = readRequest(wanted);
    const { patientId } = wanted;
    const recordId = recordIdFor(recordSecret, { patientId, kind: 'clinical', key });
    const requestKey = `create/${recordId}`;
    const before = this.#before(requestKey, requestSha256);
    if (before !== undefined) return before;
    const granteeTags = await this.#options.vouching.granteeTags(patientId, wanted.person);
    const scopeTags = await this.#scopeTags(wanted, bundle, granteeTags);
    const place: Place = { recordId, version: 1, kind: 'clinical', prevVersionHash: null, scopeTags };
    return this.#seal({ ...wanted, bundle }, place, granteeTags, { requestKey, requestSha256 });
  }

  /**
   * The next version of a record. Whether this authority may is decided by the ledger.
   * @throws ProblemError as `create`, RECORD_UNKNOWN, WRITE_PENDING, LEDGER_UNAVAILABLE
   */
  async revise(recordId: string, wanted: WriteWanted): Promise<Write> {
    const { channels, writes, vouching } = this.#options;
    const { bundle, requestSha256, key } = readRequest(wanted);
    const { patientId } = wanted;
    const requestKey = `revise/${recordId}/${key}`;
    const before = this.#before(requestKey, requestSha256);
    if (before !== undefined) return before;
    const pending = writes.pendingVersion(recordId);
    if (pending !== undefined)
      throw problem('WRITE_PENDING', `Version ${pending} is on its way; revise it once it is announced`);
    const newest = await onLedger(() =>
      channels.cloud.evaluate(records, 'GetRecord', { patientId, recordId }),
    );
    await this.#requireModify(newest, wanted);
    const granteeTags = await vouching.granteeTags(patientId, wanted.person);
    const place: Place = {
      recordId,
      version: newest.version + 1,
      kind: newest.kind,
      prevVersionHash: newest.manifestHash,
      scopeTags: newest.scopeTags,
    };
    return this.#seal({ ...wanted, bundle }, place, granteeTags, { requestKey, requestSha256 });
  }

  #before(requestKey: string, requestSha256: string): Write | undefined {
    const before = this.#options.writes.findByRequest(requestKey);
    // What was refused may be asked for again: a grant may have come since.
    if (before === undefined || (before.stage === 'refused' && before.storeTxId === null)) return undefined;
    if (before.requestSha256 !== requestSha256)
      throw problem(
        'IDEMPOTENCY_KEY_REUSED',
        `The key stands for version ${before.version} of ${before.recordId}`,
      );
    return before;
  }

  /** What is clearly hopeless is refused here; the ledger decides. */
  async #requireModify({ author }: StoredRecordState, { patientId, purpose }: WriteWanted): Promise<void> {
    const { issuer, policy } = this.#options;
    const may = () => policy.giving(patientId, 'modify', purpose).length > 0;
    if (author === issuer.authorityId || may()) return;
    await policy.refresh(patientId);
    if (may()) return;
    throw problem(
      'WRITE_NOT_GRANTED',
      'No grant of the patient lets this authority modify records for that purpose',
    );
  }

  /** Tags of the record, from what the patient told of the grants that let write. */
  async #scopeTags(
    wanted: WriteWanted,
    bundle: FhirResource,
    granteeTags: readonly string[],
  ): Promise<string[]> {
    const { meanings, policy } = this.#options;
    const writing = () =>
      policy
        .giving(wanted.patientId, 'write', wanted.purpose)
        .filter((grant) => coversGrantee(grant, granteeTags));
    if (writing().length === 0) await policy.refresh(wanted.patientId);
    const grants = writing();
    if (grants.length === 0)
      throw problem(
        'WRITE_NOT_GRANTED',
        'No grant of the patient lets this authority write for that purpose',
      );
    if (grants.some((grant) => grant.scopeTags.length === 0) && wanted.scope === undefined) return [];
    const known = await knownScopes(grants, meanings);
    const tags =
      wanted.scope === undefined ? tagsFor(termsOf(bundle), known) : namedTags(wanted.scope, known);
    if (tags === undefined)
      throw problem('WRITE_NOT_GRANTED', 'The patient’s grants do not cover every resource of the bundle', {
        members: { reason: 'SCOPE_NOT_GRANTED' },
      });
    return tags;
  }

  async #seal(
    wanted: WriteWanted & { readonly bundle: FhirResource },
    place: Place,
    granteeTags: readonly string[],
    request: { readonly requestKey: string; readonly requestSha256: string },
  ): Promise<Write> {
    const { directory, issuer, ownKey, providers, store, writes, outbox } = this.#options;
    const { patientId, bundle, purpose } = wanted;
    const { recordId, version, kind, prevVersionHash, scopeTags } = place;
    const patient = await onLedger(() => directory.patient(patientId));
    const patientKey = currentKey(patient.encryptionKeys);
    if (patientKey === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const aad: RecordAad = {
      v: 1,
      recordId,
      version,
      patientId,
      author: issuer.authorityId,
      scopeTags: [...scopeTags],
      prevVersionHash,
    };
    const sealed = sealContent(bundle, aad, issuer);
    const wraps = await Promise.all(
      [patientKey, ownKey.publicKey].map((publicKey) =>
        wrapKey(sealed.contentKey, { recordId, version }, { publicKey }),
      ),
    );
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    const description: VersionDescription = {
      kind,
      period: wanted.period ?? periodOf(bundle, Date.now()),
      scopeTags,
      prevVersionHash,
      purpose,
      granteeTags,
      ciphertextSha256,
      sizeBytes: ciphertext.length,
    };
    const described = { patientId, recordId, version, description, manifestHash };
    const providerId = providers.preferred();
    if (providerId === undefined) throw problem('PROVIDER_UNREACHABLE', 'No provider is configured');
    await store.commit(() => {
      // Two equal requests at once: the first one made the version.
      if (this.#before(request.requestKey, request.requestSha256) !== undefined) return;
      if (writes.pendingVersion(recordId) !== undefined)
        throw problem('WRITE_PENDING', 'Another version of the record is on its way');
      writes.put(
        {
          ...described,
          stage: 'sealed',
          manifest,
          wrapSet: makeWrapSet({ recordId, version, manifestHash, wraps }, issuer.signer),
          ciphertext,
          providerId,
          storeStatement: storeStatement(issuer, described, providerId),
          requestSha256: request.requestSha256,
          createdAt: new Date().toISOString(),
        },
        request.requestKey,
      );
      addTask(store, { kind: 'record', ref: writeRef(recordId, version), subject: patientId });
    });
    outbox().wake();
    const made = writes.findByRequest(request.requestKey);
    if (made === undefined) throw new Error(`The version ${version} of ${recordId} was not kept`);
    return made;
  }
}

/** Names a write's task in the outbox. */
export const writeRef = (recordId: string, version: number): string => `${recordId}/${version}`;

function readRequest(wanted: WriteWanted): { bundle: FhirResource; requestSha256: string; key: string } {
  const { patientId, scope, period, idempotencyKey } = wanted;
  const requestSha256 = sha256Hex(JSON.stringify([patientId, wanted.bundle, scope ?? null, period ?? null]));
  try {
    const bundle = checkBundle(wanted.bundle);
    return { bundle, requestSha256, key: idempotencyKey ?? `content:${requestSha256}` };
  } catch (cause) {
    if (!(cause instanceof FhirError)) throw cause;
    throw problem('FHIR_INVALID', cause.message, { cause, members: { reason: cause.code } });
  }
}

function sealContent(bundle: FhirResource, aad: RecordAad, issuer: Issuer) {
  try {
    return sealRecord({ content: utf8(JSON.stringify(bundle)), aad }, issuer.signer);
  } catch (cause) {
    if (!(cause instanceof EnvelopeError)) throw cause;
    throw problem('RECORD_REFUSED', cause.message, { cause, members: { reason: cause.code } });
  }
}

async function knownScopes(grants: readonly MirroredGrant[], meanings: Meanings): Promise<ScopeMeaning[]> {
  const opened = await Promise.all(grants.map((grant) => meanings.of(grant)));
  return opened.flatMap((meaning) => meaning?.scope ?? []);
}

/** Tags of scopes that the caller names; undefined where one is not known. */
function namedTags(
  named: readonly Pick<ScopeMeaning, 'category' | 'resourceType'>[],
  known: readonly ScopeMeaning[],
): string[] | undefined {
  const tags = named.map(
    ({ category, resourceType }) =>
      known.find((scope) => scope.category === category && scope.resourceType === resourceType)?.tag,
  );
  return tags.every((tag) => tag !== undefined) ? [...new Set(tags)] : undefined;
}
