import { records, type VisitState } from '@careledger/contracts';
import { isUnavailable, mayEnd } from '@careledger/delivery';
import { LedgerError, everyRow, submitWithRetry } from '@careledger/ledger';
import { PROVIDER_ROUTES } from '@careledger/protocol';
import { HttpClientError, type Logger } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channel, Channels } from '../ledger-port.js';
import { removeTask, type TaskHandler } from '../outbox/outbox.js';
import { isPatientUnknown } from '../policy/registrations.js';
import { firstOf, type Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { KeptVisit, VisitStore } from './visit-store.js';

const Relayed = Type.Object({ txId: Type.String() });

export interface VisitTaskOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  readonly providers: Providers;
  readonly store: Store;
  readonly visits: VisitStore;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Records a visit on `authorities`, then has it related on `cloud` by whichever provider does it. */
export class VisitTask implements TaskHandler {
  readonly #options: VisitTaskOptions;

  constructor(options: VisitTaskOptions) {
    this.#options = options;
  }

  async advance(visitId: string, signal: AbortSignal): Promise<void> {
    const { store, visits } = this.#options;
    const visit = visits.find(visitId);
    if (visit?.stage === 'pending') await this.#record(visit);
    const recorded = visits.find(visitId);
    if (recorded?.stage === 'recorded') await this.#relate(recorded, signal);
    await store.commit(() => {
      const { stage } = visits.find(visitId) ?? { stage: 'refused' };
      if (stage === 'related' || stage === 'refused') removeTask(store, { kind: 'visit', ref: visitId });
    });
  }

  async #record(visit: KeptVisit): Promise<void> {
    const { channels, store, visits } = this.#options;
    const { visitId, statement } = visit;
    try {
      await submitWithRetry(() => channels.authorities.submit(records, 'RecordVisit', { statement }));
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      // The patient's registration has not reached every peer yet.
      if (isPatientUnknown(error)) throw error;
      await store.commit(() => visits.refused(visitId, error.chaincodeCode ?? error.message));
      return;
    }
    // By the ledger: a check-in code that reached it too late confirms nothing.
    const recorded = await this.#find(channels.authorities, visit);
    if (recorded === undefined) throw new Error('The visit is not at this peer yet');
    await store.commit(() => visits.recorded(visitId, recorded));
  }

  async #relate(visit: KeptVisit, signal: AbortSignal): Promise<void> {
    const { logger, providers, store, visits } = this.#options;
    const { visitId, statement } = visit;
    let refusal: string | undefined;
    try {
      await firstOf(
        providers,
        ({ client }) =>
          client.call('POST', PROVIDER_ROUTES.visits, { body: { statement }, result: Relayed, signal }),
        {
          logger,
          // Whatever one provider says, another may relay it.
          mayGoOn: (error) => {
            if (error.code === 'ABORTED') return false;
            const reason = error.problem?.['reason'];
            const isFinal = !isUnavailable(error) && typeof reason === 'string' && !mayEnd(reason);
            refusal = isFinal ? (refusal ?? reason) : undefined;
            return true;
          },
        },
      );
    } catch (error) {
      if (!(error instanceof HttpClientError) || refusal === undefined) throw error;
    }
    // By the ledger, not by a provider's word for it: neither that it did nor that it could not.
    const onCloud = await this.#find(this.#options.channels.cloud, visit);
    if (onCloud !== undefined) {
      const relayedBy = onCloud.relayedBy ?? null;
      await store.commit(() => visits.related(visitId, { txId: onCloud.txId, relayedBy }));
      return;
    }
    if (refusal === undefined) throw new Error('The related entry is not at this peer yet');
    const refusedAs = refusal;
    await store.commit(() => visits.refused(visitId, refusedAs));
  }

  async #find(channel: Channel, { visitId, patientId }: KeptVisit): Promise<VisitState | undefined> {
    const { authorityId } = this.#options;
    const visits = everyRow((page) =>
      channel.evaluate(records, 'ListVisits', { patientId, authorityId, ...page }),
    );
    for await (const visit of visits) if (visit.visitId === visitId) return visit;
    return undefined;
  }
}
