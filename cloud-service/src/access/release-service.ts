import { STATEMENTS, type ProviderState } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier } from '@careledger/crypto';
import { askedOnce, problemOfLedger } from '@careledger/ledger/service';
import { currentKey, isCurrentKid } from '@careledger/policy';
import { RELEASED_MAX_BYTES, type HeldWraps, type ReleaseItem } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { checkStatement } from '@careledger/statements';
import type { BlobStore } from '../blobs/blob-store.js';
import { assertSpeaksFor, type Caller } from '../caller.js';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { isBodyOf, problemOfStatement, readStatementOf, type ReadStatement } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import { presentWraps } from '../wraps/wrap-service.js';
import type { Arrival, Arrivals } from './arrivals.js';
import { itemProblem, placed, stepEach, type Failed, type Placed } from '../items.js';
import type { PermitStore } from './permit-store.js';
import { spendPermits, type ReleaseClaim } from './permit.js';
import type { ReleaseStore } from './release-store.js';
import { recipientKeys, requesterWrap } from './requester-wrap.js';

/** Ciphertexts of one answer that are read from disk together: of large ones so many may be read for the room of one. */
const BLOBS_AT_ONCE = 8;

export interface ReleaseServiceOptions {
  readonly providerId: string;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
  readonly ownPeer: OwnPeer;
  readonly versions: HeldVersionStore;
  readonly releases: ReleaseStore;
  readonly permits: PermitStore;
  readonly arrivals: Arrivals;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** What is to be released, and the provider through which it goes to the requester; this one, where it is asked itself. */
export interface Release {
  readonly claim: ReleaseClaim;
  readonly relay: string;
}

/** What a release needs besides its permit. */
interface Ready extends Release {
  readonly held: HeldVersion;
  readonly present: HeldWraps;
  readonly wrap: string | null;
  readonly ciphertext: Uint8Array;
}

/** The holder's side of an access: whatever leaves this provider leaves through `release`. */
export class ReleaseService {
  readonly #options: ReleaseServiceOptions;

  constructor(options: ReleaseServiceOptions) {
    this.#options = options;
  }

  /**
   * Releases to another provider what committed permits allow: to the one that the requester chose as its relay.
   * @returns in the order of the statements
   */
  async releaseTo(tokens: readonly string[], caller: Caller): Promise<ReleaseItem[]> {
    const answers = tokens.map((): ReleaseItem => ({ requestSid: null }));
    const provider = askedOnce((id) => this.#options.ownPeer.provider(id));
    const taken = await stepEach(
      placed(tokens),
      async (token): Promise<Release> => {
        const request = readStatementOf('releaseRequest', token, 'PERMIT_INVALID');
        assertSpeaksFor(caller, request.issuer);
        await this.#assertSigned(request, provider);
        return { claim: request.body, relay: request.issuer };
      },
      failedIn(answers),
    );
    const released = await this.release(taken.map(({ value }) => value));
    for (const [index, { place }] of taken.entries())
      answers[place] = released[index] ?? { requestSid: null };
    return answers;
  }

  /**
   * Hands out versions and the requester's wraps, each under its permit, which is spent by that. What would make the
   * answer too large is left, its permit unspent.
   * @returns in the order of what is to be released; problems are RECORD_UNKNOWN, WRAPS_OUTDATED, BLOB_MISSING,
   *   BLOB_DAMAGED, LEDGER_UNAVAILABLE, or of `spendPermits`
   */
  async release(wanted: readonly Release[]): Promise<ReleaseItem[]> {
    const { clock, ownPeer, providerId, releases } = this.#options;
    const answers = wanted.map(({ claim }): ReleaseItem => ({ requestSid: claim.requestSid }));
    const failed = failedIn(answers);
    const found = await stepEach(
      placed(wanted),
      (release) => {
        const held = this.#find(release.claim);
        return { ...release, held, present: presentWraps(held) };
      },
      failed,
    );
    // Read before permits are spent: a damaged blob must not cost the requester the permit.
    const read = await this.#readBlobs(found, answers);
    const keys = askedOnce((requester) => recipientKeys(requester, ownPeer));
    const policyVersion = askedOnce((patientId) => ownPeer.policyVersion(patientId));
    const arrived = await stepEach(
      read,
      async (ready) => ({ ready, arrival: await this.#arrivalOf(ready.claim) }),
      failed,
    );
    const wrapped = await stepEach(
      arrived,
      async ({ ready, arrival }) => ({
        ready: { ...ready, wrap: requesterWrap(ready.present, await keys(ready.claim.requester)) },
        arrival,
      }),
      failed,
    );
    // Last: what the patient changed until now counts.
    const current = await stepEach(
      wrapped,
      async (item) => ({ ...item, policyVersion: await policyVersion(item.ready.claim.patientId) }),
      failed,
    );
    const now = clock();
    const objections = spendPermits(
      current.map(({ value: { ready, arrival, policyVersion: version } }) => ({
        claim: ready.claim,
        spending: { arrival, releasing: providerId, relay: ready.relay, policyVersion: version, now },
      })),
      releases,
    );
    for (const [index, { place, value }] of current.entries()) {
      const objection = objections[index];
      if (objection === undefined) answers[place] = releasedOf(value.ready);
      else failed(place, objection);
    }
    return answers;
  }

  /** The ciphertexts that one answer has room for; those beyond it are left. */
  async #readBlobs<T extends Pick<Ready, 'claim' | 'held'>>(
    found: readonly Placed<T>[],
    answers: ReleaseItem[],
  ): Promise<Placed<T & Pick<Ready, 'ciphertext'>>[]> {
    const failed = failedIn(answers);
    const read: Placed<T & Pick<Ready, 'ciphertext'>>[] = [];
    let bytes = 0;
    const leave = (items: typeof found): void => {
      for (const { place, value } of items)
        answers[place] = { requestSid: value.claim.requestSid, left: true };
    };
    for (let first = 0; first < found.length; first += BLOBS_AT_ONCE) {
      const next = found.slice(first, first + BLOBS_AT_ONCE);
      const hasRoom = bytes < RELEASED_MAX_BYTES;
      if (!hasRoom) leave(next);
      for (const item of hasRoom ? await stepEach(next, (value) => this.#withBytes(value), failed) : []) {
        bytes += item.value.ciphertext.length;
        if (bytes <= RELEASED_MAX_BYTES) read.push(item);
        else leave([item]);
      }
    }
    return read;
  }

  async #withBytes<T extends Pick<Ready, 'held'>>(release: T): Promise<T & Pick<Ready, 'ciphertext'>> {
    const ciphertext = await this.#options.blobs.get(release.held.ciphertextSha256);
    return { ...release, ciphertext };
  }

  #find({ recordId, version, patientId }: ReleaseClaim): HeldVersion {
    const held = this.#options.versions.find(recordId, version);
    if (held === undefined || held.patientId !== patientId)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'This provider does not hold that version');
    return held;
  }

  /** @throws ProblemError PERMIT_EXPIRED for one of an earlier day: nothing is waited for */
  async #arrivalOf(claim: ReleaseClaim): Promise<Arrival | undefined> {
    const { arrivals, permits } = this.#options;
    const known = arrivals.known(claim);
    if (known !== undefined) return known;
    if (permits.has(claim))
      throw new ProblemError<ProblemCode>('PERMIT_EXPIRED', 'The permit came before; make a new request');
    return arrivals.waitFor(claim);
  }

  async #assertSigned(
    { statement, issuer }: ReadStatement<'releaseRequest'>,
    provider: (id: string) => Promise<ProviderState>,
  ): Promise<void> {
    const { networkId, verifier } = this.#options;
    try {
      const { signingKeys } = await provider(issuer);
      checkStatement(statement, {
        typ: STATEMENTS.releaseRequest.typ,
        audience: networkId,
        channel: 'cloud',
        isBody: (body) => isBodyOf('releaseRequest', body),
        publicKeyOf: (kid) => (isCurrentKid(signingKeys, kid) ? currentKey(signingKeys) : undefined),
        verifier,
      });
    } catch (error) {
      throw problemOfLedger<ProblemCode>(problemOfStatement(error, 'PERMIT_INVALID'), 'PERMIT_INVALID');
    }
  }
}

const failedIn =
  (answers: ReleaseItem[]): Failed =>
  (place, error) => {
    const problem = itemProblem(error, 'PERMIT_INVALID');
    answers[place] = { requestSid: answers[place]?.requestSid ?? null, problem };
  };

function releasedOf({ claim, held, present, wrap, ciphertext }: Ready): ReleaseItem {
  const { recordId, version, patientId, manifest, receipt } = held;
  const { wrapSet, acceptance } = present;
  const parts = { recordId, version, patientId, manifest, wrapSet, wrap, acceptance, receipt };
  return { requestSid: claim.requestSid, record: { ...parts, ciphertext: toBase64url(ciphertext) } };
}
