import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import { isUnavailable } from '@careledger/delivery';
import { EnvelopeError, nextWrapSet, readWrap, type Recipient } from '@careledger/envelope';
import { currentKey, everyKey, type RecordTerms } from '@careledger/policy';
import { HttpClientError, type Logger } from '@careledger/service-kit';
import type { GrantStore } from '../consent/grant-store.js';
import type { GatewayCore } from '../core.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import type { HeldSet } from '../records/own-version.js';
import { readersOf } from '../records/readers.js';
import { WrapHolder, type AcceptedSet, type WrappedVersion } from './wrap-holder.js';

/** Sets that are made of a version in one round, as its provider names what it holds and whom it knows. */
const TRIES_MAX = 4;

export interface WrapSettlingOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly grants: Pick<GrantStore, 'active'>;
  readonly directory: Pick<OrganisationDirectory, 'authority' | 'providerKeys'>;
  readonly providers: Providers;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** A version whose wraps are to be those that the grants give. */
export interface VersionToSettle extends WrappedVersion {
  readonly patient: Patient;
  /** What it holds, for the grants. */
  readonly terms: RecordTerms;
  /** Who reads it by right: its author, where that is an authority. */
  readonly author?: string;
  /** As far as it is known here; read at the provider otherwise. */
  readonly held?: HeldSet;
  /** A set that the provider has, with its word for it. */
  readonly keep: (set: HeldSet, acceptance: string) => void;
}

/** Who gets a wrap besides those that have one, and whose wraps go, by thumbprint. */
interface Change {
  readonly add: readonly Recipient[];
  readonly drop: ReadonlySet<string>;
  /** The patient's key in force, which takes the place of a former one. */
  readonly successor?: Recipient | undefined;
}

/** A version that its provider has lost, that has a set without the signatures, or with other wraps than the grants give. */
export type WrapDifference = Pick<VersionToSettle, 'recordId' | 'version'> &
  (
    | { readonly kind: 'lost' | 'unproven' }
    /** `adopt` takes over what the provider holds, so that the next set follows it. */
    | { readonly kind: 'differs'; readonly adopt: () => void }
  );

/** What a provider has said of a set in this round. */
interface Objections {
  readonly drop: ReadonlySet<string>;
  readonly keep: ReadonlySet<string>;
}

/** Holds the wraps of one version against the grants, and takes the set that follows to its provider. */
export class WrapSettling {
  readonly #options: WrapSettlingOptions;
  readonly #holder: WrapHolder;

  constructor(options: WrapSettlingOptions) {
    this.#options = options;
    this.#holder = new WrapHolder(options);
  }

  /** Whether the provider's wraps are those that the grants give. @throws LedgerError */
  async settle(version: VersionToSettle, signal: AbortSignal): Promise<boolean> {
    const { providers, logger } = this.#options;
    const { recordId, providerId } = version;
    if (!providers.order().includes(providerId)) {
      logger.error(
        { recordId, providerId },
        'its provider is not in the configuration: its wraps stay as they are',
      );
      return false;
    }
    if (!providers.isWorking(providerId)) return false;
    try {
      return await this.#settle(version, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HttpClientError) {
        if (isUnavailable(error)) providers.failed(providerId);
      } else if (!(error instanceof EnvelopeError)) throw error;
      logger.warn({ err: error, recordId, version: version.version }, 'its wraps are not up to date yet');
      return false;
    }
  }

  /**
   * How what its provider holds differs from what the grants give, whatever is known of it here.
   * @throws LedgerError; HttpClientError where it cannot be asked
   */
  async difference(version: VersionToSettle, signal: AbortSignal): Promise<WrapDifference | undefined> {
    // One that is not in the configuration cannot be asked, nor settled.
    if (!this.#options.providers.order().includes(version.providerId)) return undefined;
    const { recordId, version: number, keep } = version;
    const differing = { recordId, version: number };
    try {
      const held = await this.#holder.held(version, signal);
      if (isNothing(await this.#change(version, held, undefined))) return undefined;
      return { ...differing, kind: 'differs', adopt: () => keep(held, held.acceptance) };
    } catch (error) {
      if (error instanceof EnvelopeError) return { ...differing, kind: 'unproven' };
      const code = error instanceof HttpClientError ? error.problem?.code : undefined;
      if (code === 'RECORD_UNKNOWN') return { ...differing, kind: 'lost' };
      // Of a form that nobody reads any more: it has no wraps.
      if (code === 'WRAPS_OUTDATED') return undefined;
      throw error;
    }
  }

  async #settle(version: VersionToSettle, signal: AbortSignal): Promise<boolean> {
    let held: AcceptedSet = version.held ?? (await this.#holder.held(version, signal));
    let objections: Objections | undefined;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const change = await this.#change(version, held, objections);
      if (isNothing(change)) return objections === undefined;
      const next = await this.#next(version, held, change);
      if (next === undefined) return objections === undefined;
      const replaced = await this.#holder.replace(version, next, signal);
      if (replaced.outcome === 'taken') {
        version.keep(next, replaced.acceptance);
        return objections === undefined;
      }
      if (replaced.outcome === 'behind') {
        const present = await this.#holder.held(version, signal);
        version.keep(present, present.acceptance);
        held = present;
      } else {
        const { drop, keep } = replaced;
        objections = {
          drop: new Set([...(objections?.drop ?? []), ...drop]),
          keep: new Set([...(objections?.keep ?? []), ...keep]),
        };
      }
    }
    return false;
  }

  /** By the grants that this gateway knows, without what the provider objects to. */
  async #change(
    { patient: { patientId, patientNo }, terms, author }: VersionToSettle,
    { wraps }: HeldSet,
    objections: Objections | undefined,
  ): Promise<Change> {
    const { core, grants, directory, clock } = this.#options;
    const keys = core.patients.keys(patientId);
    const { kid: own, publicKey: ownKey } = keys.encryption();
    const held = new Set(wraps.map((jwe) => readWrap(jwe).kid));
    // Where the provider has not heard of the key in force, the former one stays for now.
    const isKnown = objections?.drop.has(own) !== true;
    const allowed = new Set([own, ...(isKnown ? [] : keys.formerEncryptionKeys().map(({ kid }) => kid))]);
    const wanted: Recipient[] = [];
    const readers = new Set(readersOf(grants, patientNo, terms, clock()));
    if (author !== undefined) readers.add(author);
    for (const authorityId of readers) {
      const { encryptionKeys, breakGlassKeys } = await directory.authority(authorityId);
      for (const key of everyKey([...encryptionKeys, ...breakGlassKeys])) allowed.add(kidOf('X25519', key));
      const publicKey = currentKey(encryptionKeys);
      if (publicKey !== undefined) wanted.push({ publicKey });
    }
    const isToGo = (kid: string): boolean => {
      if (kid === own || objections?.keep.has(kid) === true) return false;
      return !allowed.has(kid) || objections?.drop.has(kid) === true;
    };
    return {
      add: wanted.filter(({ publicKey }) => {
        const kid = kidOf('X25519', publicKey);
        return !held.has(kid) && objections?.drop.has(kid) !== true;
      }),
      drop: new Set([...held].filter(isToGo)),
      successor:
        isKnown && !held.has(own) && keys.encryptionKeys().some(({ kid }) => held.has(kid))
          ? { publicKey: ownKey }
          : undefined,
    };
  }

  async #next(version: VersionToSettle, held: AcceptedSet, change: Change): Promise<HeldSet | undefined> {
    const { patientId, chain } = version.patient;
    const kids = new Set(held.wraps.map((jwe) => readWrap(jwe).kid));
    const ownKey = this.#options.core.patients.keys(patientId).encryptionAmong(kids);
    const next = await nextWrapSet(
      { ...version.partsOf(held), wraps: held.wraps, ownKey },
      change,
      chain.signer,
    );
    return next && { wrapSet: next.wrapSet, wraps: next.wraps.map(({ jwe }) => jwe) };
  }
}

const isNothing = ({ add, drop, successor }: Change): boolean =>
  add.length + drop.size === 0 && successor === undefined;
