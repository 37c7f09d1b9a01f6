import type { SignatureVerifier } from '@careledger/crypto';
import { addWraps } from '@careledger/envelope';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { HttpClientError, startWorker, type Logger, type Worker } from '@careledger/service-kit';
import { coversReading } from '../consent/recipients.js';
import type { GrantStore } from '../consent/grant-store.js';
import type { GatewayCore } from '../core.js';
import { currentKey, type Directory } from '../directory/authorities.js';
import type { Providers } from '../outbox/providers.js';
import type { RewrapJob, RewrapStore } from './rewrap-store.js';
import type { RecordVersion, VersionStore } from './version-store.js';

/** Versions of a job that are looked at in one round. */
const VERSIONS_PER_ROUND = 16;
const IDLE_MS = 60_000;

export interface RewrapperOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly versions: VersionStore;
  readonly rewraps: RewrapStore;
  readonly grants: GrantStore;
  readonly directory: Pick<Directory, 'authority'>;
  readonly providers: Providers;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
  readonly onMoved: (patientNo: number) => void;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** In the background: wraps earlier records to new grantees, and takes the new wrap sets to the providers. */
export class Rewrapper implements AsyncDisposable {
  readonly #options: RewrapperOptions;
  readonly #worker: Worker;

  constructor(options: RewrapperOptions) {
    this.#options = options;
    this.#worker = startWorker({
      name: 'rewrap',
      idleMs: IDLE_MS,
      logger: options.logger,
      run: (signal) => this.#round(signal),
    });
  }

  /** There is a job, or a version that one waited for has been stored. */
  wake(): void {
    this.#worker.wake();
  }

  async stop(): Promise<void> {
    await this.#worker.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    const { rewraps, versions } = this.#options;
    let isMore = false;
    for (const job of rewraps.list()) {
      if (signal.aborted) return false;
      if (await this.#work(job)) isMore = true;
    }
    for (const version of versions.wrapsPending(VERSIONS_PER_ROUND)) {
      if (signal.aborted) return false;
      await this.#send(version, signal);
      isMore = true;
    }
    return isMore;
  }

  /** True if there may be more to do at once. */
  async #work(job: RewrapJob): Promise<boolean> {
    const { core, grants, rewraps, versions, clock, onMoved } = this.#options;
    const { jobNo, patientNo, grantId, from, through } = job;
    const grant = grants.get(patientNo, grantId);
    const page = versions.range(patientNo, from, through, VERSIONS_PER_ROUND);
    if (grant?.status !== 'active' || page.length === 0) {
      core.store.deferred(() => rewraps.remove(jobNo));
      onMoved(patientNo);
      return false;
    }
    for (const version of page) {
      // Its wraps may be on their way to the provider right now; the job goes on when it is stored.
      if (version.stage === 'made') return false;
      const wrapSet =
        version.stage !== 'refused' &&
        versions.hasContent(version.versionNo) &&
        coversReading(grant, version.scopeTags, clock())
          ? await this.#wrap(version, grant.authorityId)
          : undefined;
      core.store.deferred(() => {
        if (wrapSet !== undefined) versions.setWraps(version.versionNo, wrapSet);
        rewraps.advance(jobNo, version.versionNo + 1);
      });
    }
    return true;
  }

  /** The version's wraps with the authority's among them; undefined where it is. */
  async #wrap(version: RecordVersion, authorityId: string): Promise<string | undefined> {
    const { core, directory, verifier } = this.#options;
    const { patientId, chain } = core.patients.byNo(version.patientNo);
    const key = currentKey((await directory.authority(authorityId)).encryptionKeys);
    if (key === undefined) return undefined;
    const own = [chain.signer.publicKey];
    return addWraps(
      {
        manifest: version.manifest,
        wrapSet: version.wrapSet,
        expected: { recordId: version.recordId, patientId, version: version.version, author: patientId },
        authorKeys: own,
        wrapSignerKeys: own,
        verifier,
        ownKey: core.patients.keys(patientId).encryption(),
        recipients: [{ publicKey: key }],
      },
      chain.signer,
    );
  }

  async #send(version: RecordVersion, signal: AbortSignal): Promise<void> {
    const { core, providers, versions, onMoved, logger } = this.#options;
    const { recordId, wrapSet, versionNo, providerId, patientNo } = version;
    try {
      const client = await providers.client(providerId);
      await client.bytes('PUT', PROVIDER_ROUTES.wraps(recordId, version.version), {
        body: { wrapSet },
        signal,
      });
    } catch (error) {
      const isFinal = error instanceof HttpClientError && error.problem?.code === 'WRAPS_REFUSED';
      if (!isFinal) throw error;
      logger.error(
        { err: error, recordId, version: version.version },
        'the provider refused new wraps for good',
      );
    }
    core.store.deferred(() => versions.setWrapsSent(versionNo, wrapSet));
    onMoved(patientNo);
  }
}
