import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PatientState } from '@careledger/contracts';
import type { GatewayCore } from '../core.js';
import {
  WrapSettling,
  type VersionToSettle,
  type WrapDifference,
  type WrapSettlingOptions,
} from '../delivery/wrap-settling.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { ReceivedStore, ReceivedVersion } from './received-store.js';
import { gatewayKeysOf, signersOf } from './signers.js';

type GatewayKeys = PatientState['gatewayKeys'];

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
    let isAgreed = true;
    for await (const version of this.#everyVersion(patientNo, signal))
      isAgreed = (await this.#settling.settle(version, signal)) && isAgreed;
    return isAgreed;
  }

  /** Those whose provider holds something else than the grants give. @throws LedgerError, HttpClientError */
  async *differences(
    patientNo: number,
    signal: AbortSignal,
  ): AsyncGenerator<WrapDifference, void, undefined> {
    for await (const version of this.#everyVersion(patientNo, signal)) {
      const difference = await this.#settling.difference(version, signal);
      if (difference) yield difference;
    }
  }

  async *#everyVersion(
    patientNo: number,
    signal: AbortSignal,
  ): AsyncGenerator<VersionToSettle, void, undefined> {
    const { core, ledger, received } = this.#options;
    const patient = core.patients.byNo(patientNo);
    let gatewayKeys: GatewayKeys | undefined;
    for (let after = 0; ;) {
      const page = received.confirmed(patientNo, after, VERSIONS_PER_PAGE);
      for (const version of page) {
        await nextTurn();
        signal.throwIfAborted();
        gatewayKeys ??= await gatewayKeysOf(ledger, patient.patientId);
        const toSettle = await this.#toSettle({ patient, gatewayKeys }, version);
        if (toSettle !== undefined) yield toSettle;
        after = version.versionNo;
      }
      if (page.length < VERSIONS_PER_PAGE) return;
    }
  }

  /** Undefined of one that has not been opened, or that nobody here can settle. */
  async #toSettle(
    { patient, gatewayKeys }: { readonly patient: Patient; readonly gatewayKeys: GatewayKeys },
    { stored, manifest, found }: ReceivedVersion,
  ): Promise<VersionToSettle | undefined> {
    if (stored === null || manifest === null || found === null) return undefined;
    const { directory, logger, providers, verifier } = this.#options;
    const { patientId } = patient;
    const { recordId, version, providerId, author, manifestHash, period } = stored;
    if (!providers.order().includes(providerId)) {
      // Its author chose it. Waiting would hold up the patient's decisions for ever; the next one tries again.
      logger.error({ recordId, providerId }, 'its provider is not in the configuration: its wraps stay');
      return undefined;
    }
    const { authorKeys, wrapSigners } = await signersOf(directory, stored, gatewayKeys);
    const expected = { recordId, patientId, version, author, manifestHash };
    return {
      ...{ patient, recordId, version, providerId, author },
      terms: { tagGroups: found.tagGroups, period, isUnconfirmed: found.isUncategorised },
      partsOf: ({ wrapSet, acceptance }) => ({
        ...{ manifest, wrapSet, verifier, expected, authorKeys },
        wrapSigners: wrapSigners(acceptance),
      }),
      // The provider keeps it; it is read there again.
      keep: () => undefined,
    };
  }
}
