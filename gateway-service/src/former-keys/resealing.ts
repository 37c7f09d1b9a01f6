import { accessControl, records } from '@careledger/contracts';
import type { X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError, decryptFrom, encryptTo } from '@careledger/envelope';
import { allRows } from '@careledger/ledger';
import { SEALED_CONTEXT } from '@careledger/protocol/sealed';
import type { Logger } from '@careledger/service-kit';
import type { DelegationStore } from '../consent/delegation-store.js';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import { resealedId, type ResealedStore } from '../patients/resealed-store.js';

export interface ResealingOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly delegations: Pick<DelegationStore, 'all'>;
  readonly resealed: Pick<ResealedStore, 'put' | 'all'>;
  readonly ledger: LedgerReader;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What a ledger, or this store, keeps sealed to a patient. */
interface Sealed {
  readonly context: string;
  readonly sealed: string;
  /** Of what stands here for a blob on a ledger: that blob's. */
  readonly sealedSha256?: string;
}

/** Seals anew, into this store, what ledgers keep sealed to patients' former keys. */
export class Resealing {
  readonly #options: ResealingOptions;

  constructor(options: ResealingOptions) {
    this.#options = options;
  }

  /** What these open, to the key in force. On disk when it resolves. @throws LedgerError */
  async reseal(patient: Patient, former: readonly X25519KeyPair[]): Promise<void> {
    const { patientId, patientNo } = patient;
    const { core, resealed, logger } = this.#options;
    const { publicKey } = core.patients.keys(patientId).encryption();
    for (const { context, sealed, sealedSha256 = resealedId(sealed) } of await this.#sealedTo(patient)) {
      try {
        const data = await decryptFrom(sealed, former, { context });
        const anew = await encryptTo(publicKey, data, { context });
        core.store.deferred(() => resealed.put(patientNo, { sealedSha256, context, sealed: anew }));
      } catch (err) {
        // For another key of the patient's, or not what it is said to be: no former key helps with it.
        if (!(err instanceof EnvelopeError)) throw err;
        if (err.code !== 'NOT_A_RECIPIENT') logger.warn({ err, patientNo, context }, 'is not sealed anew');
      }
    }
    await core.store.sync();
  }

  /** @throws LedgerError */
  async #sealedTo({ patientId, patientNo }: Patient): Promise<Sealed[]> {
    const { delegations, ledger, resealed } = this.#options;
    const channel = ledger.channel('authorities');
    const subscriptions = await allRows((page) =>
      channel.evaluate(accessControl, 'ListSubscriptions', { patientId, ...page }),
    );
    const visits = await allRows((page) => channel.evaluate(records, 'ListVisits', { patientId, ...page }));
    const names = delegations.all(patientNo).map(({ terms }) => terms.sealed);
    const blobs = [
      ...names.map((sealed) => ({ context: SEALED_CONTEXT.delegate, sealed })),
      ...subscriptions.map(({ sealed }) => ({ context: SEALED_CONTEXT.subscriptionReason, sealed })),
      ...visits.map(({ location }) => ({ context: SEALED_CONTEXT.visitLocation, sealed: location })),
    ];
    const there = blobs.flatMap(({ context, sealed }) => (sealed === undefined ? [] : [{ context, sealed }]));
    return [...there, ...resealed.all(patientNo)];
  }
}
