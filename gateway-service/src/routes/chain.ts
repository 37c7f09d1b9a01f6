import { DeviceId, Timestamp, timestampOf } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { ProblemError } from '@careledger/service-kit';
import { Type } from 'typebox';
import { anchorsOf } from '../proofs/anchors.js';
import { makeReadingProof } from '../proofs/reading-proof.js';
import { PatientParams, byPatient, byPatientOpsOrAuditor, type RouteContext } from './context.js';

const BLOCKS_MAX = 200;
const Head = Type.Object({ height: Type.Integer(), hash: Type.String() });

export function addChainRoutes(context: RouteContext): void {
  const { app, gateway } = context;
  const { core } = gateway;

  app.get(
    '/v1/patients/:patientId/chain',
    {
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Head of the patient’s private chain, and what of it is anchored',
        params: PatientParams,
        response: {
          200: Type.Object({
            head: Head,
            /** Genesis included. */
            blocks: Type.Integer(),
            /** Frames in the block that is still open. */
            openFrames: Type.Integer(),
            anchored: Type.Union([Head, Type.Null()]),
            anchoredAt: Type.Optional(Timestamp),
            /** Why the ledger takes no more anchors of it, e.g. CHAIN_FORKED. */
            fault: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async (request) => {
      const { patientNo, chain } = core.patients.get(request.params.patientId);
      const { anchored, anchoredMs, fault } = gateway.anchors.get(patientNo);
      return {
        head: { ...chain.durableHead },
        blocks: chain.durableHead.height + 1,
        openFrames: chain.open?.frames.length ?? 0,
        anchored,
        ...(anchoredMs !== null && { anchoredAt: timestampOf(anchoredMs) }),
        ...(fault !== null && { fault }),
      };
    },
  );

  app.get(
    '/v1/patients/:patientId/chain/blocks',
    {
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Sealed blocks from a height on',
        params: PatientParams,
        querystring: Type.Object({
          from: Type.Integer({ minimum: 0, default: 0 }),
          limit: Type.Integer({ minimum: 1, maximum: BLOCKS_MAX, default: 50 }),
        }),
        response: {
          200: Type.Object({
            blocks: Type.Array(Type.Object({ hash: Type.String(), block: Type.Unknown() })),
          }),
        },
      },
    },
    async (request) => {
      const { patientNo } = core.patients.get(request.params.patientId);
      const { from, limit } = request.query;
      return { blocks: core.chain.blocksFrom(patientNo, from, limit) };
    },
  );

  for (const method of ['GET', 'POST'] as const) {
    app.route({
      method,
      url: '/v1/patients/:patientId/chain/verify',
      config: byPatientOpsOrAuditor,
      schema: {
        summary: 'Verify the whole chain against its raw frames and the anchors on the ledger',
        params: PatientParams,
        response: { 200: Type.Object({ report: Type.Unknown(), anchorsOnLedger: Type.Integer() }) },
      },
      handler: async (request) => {
        const { patientNo, patientId } = core.patients.get(request.params.patientId);
        const anchors = await onLedger(() => anchorsOf(gateway, patientId));
        const report = await core.chain.verify(patientNo, anchors);
        return { report, anchorsOnLedger: anchors.length };
      },
    });
  }

  app.get(
    '/v1/patients/:patientId/proofs',
    {
      config: byPatient,
      schema: {
        summary:
          'One reading’s proof, from the device’s signature to the transaction that anchors it; check it offline',
        params: PatientParams,
        querystring: Type.Object({
          deviceId: DeviceId,
          /** Counter of the frame, in the device’s present epoch. */
          seq: Type.Integer({ minimum: 0 }),
          reading: Type.Integer({ minimum: 0, default: 0 }),
        }),
        response: { 200: Type.Unknown() },
      },
    },
    async (request) => {
      const patient = core.patients.get(request.params.patientId);
      const { deviceId, seq, reading } = request.query;
      const device = core.devices.get(deviceId);
      if (device.patientId !== patient.patientId)
        throw new ProblemError<'NOT_FOUND'>('NOT_FOUND', 'This patient has no such device');
      return onLedger(() => makeReadingProof(gateway, { patient, device, seq, readingIndex: reading }));
    },
  );
}
