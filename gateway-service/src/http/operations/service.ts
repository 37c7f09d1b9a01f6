import { timestampOf } from '@careledger/domain';
import { attestTransaction, type Attestor } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { withoutAddresses } from '@careledger/service-kit';
import type { Reconciler, StepStore } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { Flushing } from '../../delivery/flushing.js';
import type { NoticeStore } from '../../delivery/notice-store.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { RewrapStore } from '../../delivery/rewrap-store.js';
import type { ReceivedStore } from '../../received/received-store.js';
import type { Workers } from '../../delivery/workers.js';
import type { LedgerLink } from '../../ledger-access/ledger-link.js';
import type { Providers } from '../../ledger-access/providers.js';
import type { Patient } from '../../patients/index.js';
import type { ProcessingStore } from '../../processing/index.js';
import type { UnmadeStore } from '../../records/unmade-store.js';
import {
  SHOWN_MAX,
  type AttestationBody,
  type FlushAllView,
  type FlushView,
  type OutboxView,
} from './schemas.js';
import type { StatisticsView } from './statistics-schemas.js';
import { statisticsOf, type StatisticsSources } from './statistics.js';

export interface OperationServiceOptions extends StatisticsSources {
  readonly core: Pick<GatewayCore, 'patients' | 'pipeline' | 'devices'>;
  readonly processing: Pick<ProcessingStore, 'dueCount' | 'deferredCount' | 'excludedCount' | 'alarmCounts'>;
  readonly versions: Pick<OwnVersionStore, 'counts' | 'emergencies' | 'openCounts'>;
  readonly notices: Pick<NoticeStore, 'ofVersion' | 'givenUp' | 'givenUpCount'>;
  readonly steps: Pick<StepStore, 'openCount'>;
  readonly rewraps: Pick<RewrapStore, 'count'>;
  readonly received: Pick<ReceivedStore, 'openCount'>;
  readonly unmade: Pick<UnmadeStore, 'count' | 'list'>;
  readonly flushing: Flushing;
  readonly ledger: Pick<LedgerLink, 'channel' | 'awayBecause'>;
  readonly providers: Pick<Providers, 'resting'>;
  readonly reconciler: Pick<Reconciler, 'report'>;
  readonly workers: Pick<Workers, 'health'>;
  readonly attestor: Attestor;
}

/** What whoever runs the gateway sees of it, and asks of it. */
export class OperationService {
  readonly #options: OperationServiceOptions;

  constructor(options: OperationServiceOptions) {
    this.#options = options;
  }

  async flush(patientId: string, timeoutMs: number): Promise<FlushView> {
    return this.#flush(this.#options.core.patients.get(patientId), timeoutMs);
  }

  async flushAll(timeoutMs: number): Promise<FlushAllView> {
    const all = this.#options.core.patients.list();
    const patients = await Promise.all(all.map((patient) => this.#flush(patient, timeoutMs)));
    return { isDrained: patients.every(({ isDrained }) => isDrained), patients };
  }

  outbox(): OutboxView {
    const { processing, versions, steps, rewraps, received, unmade, notices, workers } = this.#options;
    const { ledger, providers, reconciler } = this.#options;
    const { oldestMs, ...open } = versions.openCounts();
    return {
      due: processing.dueCount(),
      deferred: processing.deferredCount(),
      open,
      consent: steps.openCount(),
      rewraps: rewraps.count(),
      confirmations: received.openCount(),
      oldestAgeMs: oldestMs === null ? null : Date.now() - oldestMs,
      unmade: {
        total: unmade.count(),
        newest: unmade.list(SHOWN_MAX).map(({ patientNo, kind, source, code, notedMs }) => ({
          patientId: this.#patientId(patientNo),
          ...{ kind, place: source, code, at: timestampOf(notedMs) },
        })),
      },
      undelivered: {
        total: notices.givenUpCount(),
        newest: notices.givenUp(SHOWN_MAX).map(({ patientNo, authorityId, lastError, madeMs }) => ({
          patientId: this.#patientId(patientNo),
          ...{ authorityId, code: lastError ?? '', at: timestampOf(madeMs) },
        })),
      },
      workers: workers.health.map(({ lastError, ...health }) => ({
        ...health,
        lastError: lastError === null ? null : withoutAddresses(lastError),
      })),
      ledgerAway: ledger.awayBecause?.code ?? null,
      providersResting: providers.resting(),
      reconciliation: reconciler.report,
    };
  }

  statistics(): StatisticsView {
    return statisticsOf(this.#options);
  }

  /** As this organisation's peer has the transaction; written on its channel. */
  attest({ channel, txId }: AttestationBody): Promise<string> {
    const { ledger, attestor } = this.#options;
    return onLedger(() => attestTransaction(ledger.channel(channel), txId, attestor));
  }

  /** The organisation whose word an attestation is. */
  get mspId(): string {
    return this.#options.attestor.mspId;
  }

  async #flush(patient: Patient, timeoutMs: number): Promise<FlushView> {
    const { flushing } = this.#options;
    return { patientId: patient.patientId, ...(await flushing.flush(patient, timeoutMs)) };
  }

  #patientId(patientNo: number): string {
    return this.#options.core.patients.byNo(patientNo).patientId;
  }
}
