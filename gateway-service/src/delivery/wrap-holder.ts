import type { SignatureVerifier } from '@careledger/crypto';
import {
  checkManifest,
  checkWrapSet,
  matchWraps,
  type SealedParts,
  type SigningPeriod,
} from '@careledger/envelope';
import { HeldWraps, PROVIDER_ROUTES, ReplaceWrapsAnswer } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { HeldSet } from '../records/own-version.js';

/** After every signature: a reader has to believe the set even when its signer has been rotated away. */
const NEVER = '9999-12-31T23:59:59.999Z';

/**
 * What a provider did with a set: took it; holds another one than the set follows (`behind`); says that the set leaves
 * out, or has, others than its peer's grants give.
 */
export type ReplaceOutcome =
  | { readonly outcome: 'taken'; readonly acceptance: string }
  | { readonly outcome: 'behind' }
  | { readonly outcome: 'disagrees'; readonly drop: readonly string[]; readonly keep: readonly string[] };

/** A set, with its provider's word for it where that is at hand. */
export interface AcceptedSet extends HeldSet {
  readonly acceptance?: string;
}

/** A version whose wraps a provider holds, and who is to be believed about them. */
export interface WrappedVersion {
  readonly recordId: string;
  readonly version: number;
  readonly providerId: string;
  /** @param held the set in question */
  readonly partsOf: (held: Pick<AcceptedSet, 'wrapSet' | 'acceptance'>) => SealedParts;
}

export interface WrapHolderOptions {
  readonly providers: Providers;
  readonly directory: Pick<OrganisationDirectory, 'providerKeys'>;
  readonly verifier: SignatureVerifier;
}

/** The wraps of this gateway's patients' versions at their providers. Nothing that these say is believed without a signature. */
export class WrapHolder {
  readonly #options: WrapHolderOptions;

  constructor(options: WrapHolderOptions) {
    this.#options = options;
  }

  /** @throws HttpClientError; EnvelopeError where the acceptance is not the provider's word about this set */
  async replace(version: WrappedVersion, next: HeldSet, signal: AbortSignal): Promise<ReplaceOutcome> {
    const client = await this.#options.providers.client(version.providerId);
    try {
      const { acceptance } = await client.call('PUT', pathOf(version), {
        body: { wrapSet: next.wrapSet, wraps: next.wraps },
        result: ReplaceWrapsAnswer,
        signal,
      });
      await this.#check(version, { ...next, acceptance });
      return { outcome: 'taken', acceptance };
    } catch (error) {
      const problem = error instanceof HttpClientError ? error.problem : undefined;
      if (problem?.code === 'WRAPS_SEQ_MISMATCH') return { outcome: 'behind' };
      if (problem?.code !== 'WRAPS_MISMATCH') throw error;
      return { outcome: 'disagrees', drop: kidsIn(problem['drop']), keep: kidsIn(problem['keep']) };
    }
  }

  /**
   * The set that the provider holds, signed by this gateway or, the first one, by the version's author.
   * @throws HttpClientError; EnvelopeError where it is not
   */
  async held(
    version: WrappedVersion,
    signal: AbortSignal,
  ): Promise<HeldSet & { readonly acceptance: string }> {
    const client = await this.#options.providers.client(version.providerId);
    const held = await client.call('GET', pathOf(version), { result: HeldWraps, signal });
    await this.#check(version, held);
    return held;
  }

  async #check(version: WrappedVersion, held: HeldSet & { readonly acceptance: string }): Promise<void> {
    const { directory, verifier } = this.#options;
    const { manifest: token, expected, authorKeys, wrapSigners } = version.partsOf(held);
    const manifest = checkManifest(token, expected, { keys: authorKeys, verifier });
    const keys = await directory.providerKeys(version.providerId);
    const acceptance = { token: held.acceptance, keys };
    const author = wrapSigners.author.map(ended);
    const signers = { author, gateway: wrapSigners.gateway.map(ended), acceptance, verifier };
    matchWraps(checkWrapSet(held.wrapSet, token, manifest, signers), held.wraps);
  }
}

/** As if it were rotated away: the acceptance has to speak for the set. */
const ended = (period: SigningPeriod): SigningPeriod => ({ ...period, until: period.until ?? NEVER });

const pathOf = ({ recordId, version }: WrappedVersion): string => PROVIDER_ROUTES.wraps(recordId, version);

/** Thumbprints that a problem names. */
const kidsIn = (named: unknown): string[] =>
  Array.isArray(named) ? named.filter((kid) => typeof kid === 'string') : [];
