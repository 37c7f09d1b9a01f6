import { STATEMENTS } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier } from '@careledger/crypto';
import { problemOfLedger } from '@careledger/ledger/service';
import { currentKey, isCurrentKid } from '@careledger/policy';
import type { ReleasedRecord } from '@careledger/protocol';
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
import type { PermitStore } from './permit-store.js';
import { spendPermit, type ReleaseClaim } from './permit.js';
import type { ReleaseStore } from './release-store.js';
import { requesterWrap } from './requester-wrap.js';

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

/** The holder's side of an access: whatever leaves this provider leaves through `release`. */
export class ReleaseService {
  readonly #options: ReleaseServiceOptions;

  constructor(options: ReleaseServiceOptions) {
    this.#options = options;
  }

  /**
   * Releases to another provider what a committed permit allows: to the one that the requester chose as its relay.
   * @throws ProblemError ORGANISATION_MISMATCH, PERMIT_INVALID, … of `release`
   */
  async releaseTo(token: string, caller: Caller): Promise<ReleasedRecord> {
    const request = readStatementOf('releaseRequest', token, 'PERMIT_INVALID');
    assertSpeaksFor(caller, request.issuer);
    await this.#assertSigned(request);
    return this.release(request.body, request.issuer);
  }

  /**
   * Hands out one version and the requester's wrap under a permit, which is spent by that.
   * @param relay the provider through which it goes to the requester; this one, where it is asked itself
   * @throws ProblemError RECORD_UNKNOWN, WRAPS_OUTDATED, BLOB_MISSING, BLOB_DAMAGED, LEDGER_UNAVAILABLE, or of `spendPermit`
   */
  async release(claim: ReleaseClaim, relay: string): Promise<ReleasedRecord> {
    const { blobs, clock, ownPeer, providerId, releases } = this.#options;
    const held = this.#find(claim);
    const { wrapSet, wraps, acceptance } = presentWraps(held);
    // Read before the permit is spent: a damaged blob must not cost the requester the permit.
    const ciphertext = await blobs.get(held.ciphertextSha256);
    const arrival = await this.#arrivalOf(claim.permitTxId);
    try {
      const wrap = await requesterWrap({ wrapSet, wraps }, claim.requester, ownPeer);
      // Last: what the patient changed until now counts.
      const policyVersion = await ownPeer.policyVersion(claim.patientId);
      const spending = { arrival, releasing: providerId, relay, policyVersion, now: clock() };
      spendPermit(claim, spending, releases);
      const { recordId, version, patientId, manifest, receipt } = held;
      const parts = { recordId, version, patientId, manifest, wrapSet, wrap, acceptance, receipt };
      return { ...parts, ciphertext: toBase64url(ciphertext) };
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'PERMIT_INVALID');
    }
  }

  #find({ recordId, version, patientId }: ReleaseClaim): HeldVersion {
    const held = this.#options.versions.find(recordId, version);
    if (held === undefined || held.patientId !== patientId)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'This provider does not hold that version');
    return held;
  }

  /** @throws ProblemError PERMIT_EXPIRED for one of an earlier day: nothing is waited for */
  async #arrivalOf(permitTxId: string): Promise<Arrival | undefined> {
    const { arrivals, permits } = this.#options;
    const known = arrivals.known(permitTxId);
    if (known !== undefined) return known;
    if (permits.has(permitTxId))
      throw new ProblemError<ProblemCode>('PERMIT_EXPIRED', 'The permit came before; make a new request');
    return arrivals.waitFor(permitTxId);
  }

  async #assertSigned({ statement, issuer }: ReadStatement<'releaseRequest'>): Promise<void> {
    const { networkId, ownPeer, verifier } = this.#options;
    try {
      const { signingKeys } = await ownPeer.provider(issuer);
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
