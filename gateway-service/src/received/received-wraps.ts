import { setImmediate as nextTurn } from 'node:timers/promises';
import { accessControl } from '@careledger/contracts';
import { everyKey } from '@careledger/policy';
import type { GatewayCore } from '../core.js';
import { WrapSettling, type WrapSettlingOptions } from '../delivery/wrap-settling.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { ReceivedStore, ReceivedVersion } from './received-store.js';

/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 16;

export interface ReceivedWrapsOptions extends WrapSettlingOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly received: Pick<ReceivedStore, 'confirmed'>;
  readonly ledger: LedgerReader;
}

/** Lets grantees into what authorities have written, by what this gateway found in it, and leaves former ones out. */
export class ReceivedWraps {
  readonly #options: ReceivedWrapsOptions;
  readonly #settling: WrapSettling;

  constructor(options: ReceivedWrapsOptions) {
    this.#options = options;
    this.#settling = new WrapSettling(options);
  }

  /** Whether each provider's wraps are those that the grants give. @throws LedgerError */
  async settle(patientNo: number, signal: AbortSignal): Promise<boolean> {
    const { core, received } = this.#options;
    const patient = core.patients.byNo(patientNo);
    let isAgreed = true;
    for (let after = 0; ;) {
      const page = received.confirmed(patientNo, after, VERSIONS_PER_PAGE);
      for (const version of page) {
        await nextTurn();
        signal.throwIfAborted();
        isAgreed = (await this.#settleOne(patient, version, signal)) && isAgreed;
        after = version.versionNo;
      }
      if (page.length < VERSIONS_PER_PAGE) return isAgreed;
    }
  }

  async #settleOne(
    patient: Patient,
    { stored, manifest, found }: ReceivedVersion,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (stored === null || manifest === null || found === null) return true;
    const { directory, ledger, verifier } = this.#options;
    const { patientId } = patient;
    const { recordId, version, providerId, author, manifestHash, period } = stored;
    const [{ signingKeys }, { gatewayKeys }, keys] = await Promise.all([
      directory.authority(author),
      ledger.channel('cloud').evaluate(accessControl, 'GetPatient', { patientId }),
      directory.providerKeys(providerId),
    ]);
    const expected = { recordId, patientId, version, author, manifestHash };
    const wrapSigners = { author: signingKeys, gateway: gatewayKeys };
    const authorKeys = everyKey(signingKeys);
    return this.#settling.settle(
      {
        ...{ patient, recordId, version, providerId, author },
        terms: { tagGroups: found.tagGroups, period, isUnconfirmed: found.isUncategorised },
        partsOf: ({ wrapSet, acceptance }) => ({
          ...{ manifest, wrapSet, verifier, expected, authorKeys },
          wrapSigners: {
            ...wrapSigners,
            ...(acceptance !== undefined && { acceptance: { token: acceptance, keys } }),
          },
        }),
        // The provider keeps it; it is read there again.
        keep: () => undefined,
      },
      signal,
    );
  }
}
