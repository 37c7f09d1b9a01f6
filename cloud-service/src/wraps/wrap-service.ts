import type { KeyPeriod } from '@careledger/contracts';
import type { Signer, SignatureVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import {
  checkWrapSet,
  makeWrapsAcceptance,
  readManifest,
  readWrapSet,
  type Manifest,
  type Wrap,
  type WrapSet,
} from '@careledger/envelope';
import { problemOfLedger } from '@careledger/ledger/service';
import type { HeldWraps, ReplaceWrapsAnswer, ReplaceWrapsRequest } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { assertSpeaksFor, speaksFor, type Caller } from '../caller.js';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import type { Allowed, Recipients } from './recipients.js';
import { taggedVersionOf } from './tagged-version.js';
import { problemOfWraps, wrapsOf } from './wrap-set.js';

export interface WrapServiceOptions {
  readonly providerId: string;
  readonly signer: Signer;
  readonly verifier: SignatureVerifier;
  readonly ownPeer: OwnPeer;
  readonly recipients: Recipients;
  readonly versions: HeldVersionStore;
  /** A set of the patient's was replaced. */
  readonly onReplaced: (patientId: string) => void;
  readonly clock: Clock;
}

/** What a version's path names. */
export interface VersionPath {
  readonly recordId: string;
  readonly version: number;
}

/** A held version whose wraps are of the present form. */
interface Wrapped {
  readonly held: HeldVersion;
  readonly present: HeldWraps;
  readonly manifest: Manifest;
}

/**
 * Who holds the key of a version. A set is replaced by the patient's gateway alone, by one that leaves out exactly those
 * whose grant is gone: neither a former key nor an old set can take a reader away or bring one back.
 */
export class WrapService {
  readonly #options: WrapServiceOptions;

  constructor(options: WrapServiceOptions) {
    this.#options = options;
  }

  /**
   * A version's wraps, for the patient's operator and the author's organisation.
   * @throws ProblemError RECORD_UNKNOWN, WRAPS_OUTDATED, ORGANISATION_MISMATCH
   */
  read(path: VersionPath, caller: Caller): HeldWraps {
    const { held, present, manifest } = this.#find(path);
    if (!speaksFor(caller, manifest.aad.author)) assertSpeaksFor(caller, held.patientId);
    return present;
  }

  /**
   * Takes the set that follows the held one; the held one again gives its acceptance again.
   * @throws ProblemError RECORD_UNKNOWN, WRAPS_OUTDATED, ORGANISATION_MISMATCH, WRAPS_SEQ_MISMATCH (`seq` held),
   * WRAPS_REFUSED, WRAPS_MISMATCH (`drop`, `keep`: thumbprints), LEDGER_UNAVAILABLE
   */
  async replace(
    path: VersionPath,
    request: ReplaceWrapsRequest,
    caller: Caller,
  ): Promise<ReplaceWrapsAnswer> {
    const wrapped = this.#find(path);
    const { held, present } = wrapped;
    assertSpeaksFor(caller, held.patientId);
    if (present.wrapSet === request.wrapSet) return { acceptance: present.acceptance };
    const set = readWrapSet(request.wrapSet);
    const { seq } = readWrapSet(present.wrapSet);
    if (set.seq !== seq + 1) throw seqMismatch(seq);
    const wraps = wrapsOf(set, request.wraps);
    // Before the peer is asked: what it answers was so at this time or later.
    const acceptedAt = timestampOf(this.#options.clock().wallMs);
    await this.#assertSigned(wrapped, request.wrapSet);
    await this.#assertRecipients(wrapped, wraps);
    const acceptance = this.#accept(request.wrapSet, set, acceptedAt);
    if (!this.#options.versions.replaceWraps(held, seq, { ...request, acceptance }))
      throw seqMismatch(this.#seqOf(path));
    this.#options.onReplaced(held.patientId);
    return { acceptance };
  }

  #find(path: VersionPath): Wrapped {
    const held = this.#options.versions.find(path.recordId, path.version);
    if (held === undefined)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'No such version is held here');
    return { held, present: presentWraps(held), manifest: readManifest(held.manifest) };
  }

  #seqOf(path: VersionPath): number {
    return readWrapSet(this.#find(path).present.wrapSet).seq;
  }

  /** By the key that is the gateway's now: a former one may be in a thief's hands. */
  async #assertSigned({ held, manifest }: Wrapped, wrapSet: string): Promise<void> {
    const { ownPeer, verifier } = this.#options;
    let gateway: readonly KeyPeriod[];
    try {
      ({ gatewayKeys: gateway } = await ownPeer.patient(held.patientId));
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'WRAPS_REFUSED');
    }
    try {
      checkWrapSet(wrapSet, held.manifest, manifest, { author: [], gateway, verifier });
    } catch (error) {
      throw problemOfWraps(error);
    }
  }

  async #assertRecipients({ held, present }: Wrapped, wraps: readonly Wrap[]): Promise<void> {
    const { ownPeer, recipients } = this.#options;
    const next = new Set(wraps.map(({ kid }) => kid));
    let allowed: Allowed;
    try {
      allowed = await recipients.of(await taggedVersionOf(held, ownPeer), next);
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'WRAPS_REFUSED');
    }
    const { kids, former, current } = allowed;
    const mayGo = (kid: string): boolean => former.has(kid) && current !== undefined && next.has(current);
    const drop = [...next].filter((kid) => !kids.has(kid));
    const keep = wrapsOf(readWrapSet(held.wrapSet), present.wraps)
      .map(({ kid }) => kid)
      .filter((kid) => !next.has(kid) && kids.has(kid) && !mayGo(kid));
    if (drop.length + keep.length > 0)
      throw new ProblemError<ProblemCode>(
        'WRAPS_MISMATCH',
        'The set has to leave out exactly those whose grant to read is gone, by this provider’s peer',
        { members: { drop, keep } },
      );
  }

  #accept(wrapSet: string, set: WrapSet, acceptedAt: string): string {
    const { providerId, signer } = this.#options;
    return makeWrapsAcceptance({ wrapSet, set, provider: providerId, acceptedAt }, signer);
  }
}

/**
 * The wraps of a held version.
 * @throws ProblemError WRAPS_OUTDATED: the version was stored before wraps had their present form
 */
export function presentWraps({ wrapSet, wraps, acceptance }: HeldVersion): HeldWraps {
  if (wraps === null || acceptance === null)
    throw new ProblemError<ProblemCode>(
      'WRAPS_OUTDATED',
      'The version is of a format that nobody reads any more: its author has to store the content again',
    );
  return { wrapSet, wraps: [...wraps], acceptance };
}

const seqMismatch = (seq: number): ProblemError<ProblemCode> =>
  new ProblemError<ProblemCode>(
    'WRAPS_SEQ_MISMATCH',
    `The set that is held has seq ${seq}; send ${seq + 1}`,
    {
      members: { seq },
    },
  );
