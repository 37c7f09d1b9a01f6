import {
  PatientId,
  ProviderId,
  RecordId,
  RecordKind,
  RecordVersion,
  timestampOf,
  Timestamp,
} from '@careledger/domain';
import { ProblemError } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { ProblemCode } from '../problems.js';
import { openOwnRecord } from '../records/own-record.js';
import type { RecordVersion as StoredVersion } from '../records/version-store.js';
import { PatientParams, RecordParams, byPatient, type RouteContext } from './context.js';

const DEFAULT_LIMIT = 50;
const LIMIT_MAX = 500;

const VersionView = Type.Object({
  recordId: RecordId,
  version: RecordVersion,
  patientId: PatientId,
  kind: RecordKind,
  period: Type.Object({ start: Timestamp, end: Timestamp }),
  /** made: on disk here; stored: on `cloud`, as a provider's receipt or the ledger says; announced: on the ledger; refused: for good. */
  stage: Type.Union([
    Type.Literal('made'),
    Type.Literal('stored'),
    Type.Literal('announced'),
    Type.Literal('refused'),
  ]),
  refusal: Type.Optional(Type.String()),
  providerId: ProviderId,
  manifestHash: Type.String(),
  madeAt: Timestamp,
  storeTxId: Type.Optional(Type.String()),
  announceTxId: Type.Optional(Type.String()),
});

export function addRecordRoutes({ app, gateway }: RouteContext): void {
  const { core, versions } = gateway;
  const view = (version: StoredVersion) => ({
    recordId: version.recordId,
    version: version.version,
    patientId: core.patients.byNo(version.patientNo).patientId,
    kind: version.kind,
    period: { start: version.periodStart, end: version.periodEnd },
    stage: version.stage,
    ...(version.refusal !== null && { refusal: version.refusal }),
    providerId: version.providerId,
    manifestHash: version.manifestHash,
    madeAt: timestampOf(version.madeMs),
    ...(version.storeTx !== null && { storeTxId: version.storeTx }),
    ...(version.announceTx !== null && { announceTxId: version.announceTx }),
  });

  app.get(
    '/v1/patients/:patientId/records',
    {
      config: byPatient,
      schema: {
        summary: 'Records that this gateway has made, every version, newest first',
        params: PatientParams,
        querystring: Type.Object({
          kind: Type.Optional(RecordKind),
          /** As the page before returned it. */
          cursor: Type.Optional(Type.Integer({ minimum: 1 })),
          limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: DEFAULT_LIMIT }),
        }),
        response: {
          200: Type.Object({ records: Type.Array(VersionView), cursor: Type.Optional(Type.Integer()) }),
        },
      },
    },
    async (request) => {
      const { kind, cursor, limit } = request.query;
      const { patientNo } = core.patients.get(request.params.patientId);
      const page = versions.list(patientNo, { kind, before: cursor, limit });
      const last = page.at(-1);
      return {
        records: page.map(view),
        ...(page.length === limit && last !== undefined && { cursor: last.versionNo }),
      };
    },
  );

  app.get(
    '/v1/patients/:patientId/records/:recordId',
    {
      config: byPatient,
      schema: {
        summary: 'A record’s content as FHIR R4, decrypted from this gateway’s own copy',
        params: RecordParams,
        querystring: Type.Object({ version: Type.Optional(RecordVersion) }),
        response: { 200: Type.Object({ record: VersionView, content: Type.Unknown() }) },
      },
    },
    async (request) => {
      const { patientId, recordId } = request.params;
      const patient = core.patients.get(patientId);
      const version = versions.find(recordId, request.query.version);
      if (version?.patientNo !== patient.patientNo)
        throw new ProblemError<ProblemCode>(
          'RECORD_NOT_FOUND',
          `There is no such version of ${recordId} here`,
        );
      if (!versions.hasContent(version.versionNo))
        throw new ProblemError<ProblemCode>(
          'RECORD_NOT_FOUND',
          `The content of this version was made before a backup: ask for the version after ${version.version}`,
        );
      return { record: view(version), content: await openOwnRecord(gateway, patient, version) };
    },
  );
}
