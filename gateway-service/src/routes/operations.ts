import { CompactJws } from '@careledger/contracts';
import {
  AuthorityId,
  ChannelName,
  PatientId,
  Timestamp,
  TxId,
  closedObject,
  timestampOf,
} from '@careledger/domain';
import { attestTransaction } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { assertOwnOrganisation, requireRole, withoutAddresses } from '@careledger/service-kit';
import { Type } from 'typebox';
import { StatisticsView, statisticsOf } from '../statistics.js';
import { PatientParams, WAIT_MS, byOps, byPatientOrOps, type RouteContext } from './context.js';

/** A request waits no longer than this for the outbox; the caller asks again. */
const FLUSH_WAIT_MAX_MS = 25_000;

const FlushQuery = Type.Object({
  timeoutMs: Type.Integer({ minimum: 0, maximum: FLUSH_WAIT_MAX_MS, default: WAIT_MS }),
});
/** Counts of what is left: records due, versions on their way, consent steps, wraps to add. */
const FlushView = Type.Object({
  patientId: PatientId,
  isDrained: Type.Boolean(),
  due: Type.Integer(),
  open: Type.Integer(),
  consent: Type.Integer(),
  rewraps: Type.Integer(),
  anchoredHeight: Type.Union([Type.Integer(), Type.Null()]),
});
const WorkerView = Type.Object({
  name: Type.String(),
  waiting: Type.Integer(),
  running: Type.Integer(),
  failures: Type.Integer(),
  lastError: Type.Union([Type.String(), Type.Null()]),
});

/** What needs somebody's eye is counted; so many of it are shown. */
const SHOWN_MAX = 50;
const Shown = <Row extends Parameters<typeof Type.Array>[0]>(row: Row) =>
  Type.Object({ total: Type.Integer(), newest: Type.Array(row) });
const UnmadeView = Type.Object({
  patientId: PatientId,
  kind: Type.String(),
  place: Type.String(),
  code: Type.String(),
  at: Timestamp,
});
const UndeliveredView = Type.Object({
  patientId: PatientId,
  authorityId: AuthorityId,
  code: Type.String(),
  at: Timestamp,
});

export function addOperationRoutes({ app, gateway }: RouteContext): void {
  const { core, ledger, providers, versions, processing, steps, rewraps, unmade, notices } = gateway;

  app.post(
    '/v1/patients/:patientId/flush',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'Close open windows, seal, anchor, and wait until everything has arrived',
        params: PatientParams,
        querystring: FlushQuery,
        response: { 200: FlushView },
      },
    },
    async (request) => {
      const patient = core.patients.get(request.params.patientId);
      return { patientId: patient.patientId, ...(await gateway.flush(patient, request.query.timeoutMs)) };
    },
  );

  app.post(
    '/v1/flush',
    {
      config: byOps,
      schema: {
        summary: 'The same for every patient',
        querystring: FlushQuery,
        response: { 200: Type.Object({ isDrained: Type.Boolean(), patients: Type.Array(FlushView) }) },
      },
    },
    async (request) => {
      const patients = await Promise.all(
        core.patients.list().map(async (patient) => ({
          patientId: patient.patientId,
          ...(await gateway.flush(patient, request.query.timeoutMs)),
        })),
      );
      return { isDrained: patients.every(({ isDrained }) => isDrained), patients };
    },
  );

  app.get(
    '/v1/outbox',
    {
      config: byOps,
      schema: {
        summary: 'What is on its way, worker by worker; who is away; where the channels differ about consent',
        response: {
          200: Type.Object({
            due: Type.Integer(),
            /** Those of them that are put off: their devices brought about more than they may in an hour. */
            deferred: Type.Integer(),
            open: Type.Object({ emergency: Type.Integer(), periodic: Type.Integer() }),
            consent: Type.Integer(),
            rewraps: Type.Integer(),
            /** Milliseconds since the oldest record that is not announced was made. */
            oldestAgeMs: Type.Union([Type.Integer(), Type.Null()]),
            /** Records that cannot be made as they are, and notices that were never delivered; the newest say why. */
            unmade: Shown(UnmadeView),
            undelivered: Shown(UndeliveredView),
            workers: Type.Array(WorkerView),
            ledgerAway: Type.Union([Type.String(), Type.Null()]),
            providersResting: Type.Array(Type.String()),
            reconciliation: Type.Unknown(),
          }),
        },
      },
    },
    async () => {
      const { oldestMs, ...open } = versions.openCounts();
      return {
        due: processing.dueCount(),
        deferred: processing.deferredCount(),
        open,
        consent: steps.openCount(),
        rewraps: rewraps.count(),
        oldestAgeMs: oldestMs === null ? null : Date.now() - oldestMs,
        unmade: {
          total: unmade.count(),
          newest: unmade.list(SHOWN_MAX).map(({ patientNo, kind, place, code, notedMs }) => ({
            patientId: core.patients.byNo(patientNo).patientId,
            ...{ kind, place, code, at: timestampOf(notedMs) },
          })),
        },
        undelivered: {
          total: notices.givenUpCount(),
          newest: notices.givenUp(SHOWN_MAX).map(({ patientNo, authorityId, lastError, madeMs }) => ({
            patientId: core.patients.byNo(patientNo).patientId,
            ...{ authorityId, code: lastError ?? '', at: timestampOf(madeMs) },
          })),
        },
        workers: gateway.workers.map(({ lastError, ...health }) => ({
          ...health,
          lastError: lastError === null ? null : withoutAddresses(lastError),
        })),
        ledgerAway: ledger.awayBecause?.code ?? null,
        providersResting: providers.resting(),
        reconciliation: gateway.reconciliation,
      };
    },
  );

  app.get(
    '/v1/statistics',
    {
      config: byOps,
      schema: { summary: 'Counts and emergency times', response: { 200: StatisticsView } },
    },
    async () => statisticsOf(gateway),
  );

  app.post(
    '/v1/attestations',
    {
      config: requireRole('ops', 'system'),
      schema: {
        summary: 'Attest a committed transaction, as this organisation’s peer has it; written on its channel',
        body: closedObject({ channel: ChannelName, txId: TxId }),
        response: { 200: Type.Object({ statement: CompactJws }) },
      },
    },
    async (request) => {
      const { channel, txId } = request.body;
      const { attestor } = gateway;
      // An attestation is this organisation's word: a service that speaks for another one does not ask for it.
      assertOwnOrganisation(request, attestor.mspId);
      return {
        statement: await onLedger(() => attestTransaction(ledger.channel(channel), txId, attestor)),
      };
    },
  );
}
