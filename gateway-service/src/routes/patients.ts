import { CHANNELS, ChannelName, PatientId, Timestamp, closedObject, timestampOf } from '@careledger/domain';
import { Type } from 'typebox';
import type { Patient } from '../patients/index.js';
import {
  ListQuery,
  PatientParams,
  Passphrase,
  byOps,
  byPatientOrOps,
  pageOfRows,
  type RouteContext,
} from './context.js';

const PatientView = Type.Object({
  patientId: PatientId,
  createdAt: Timestamp,
  chain: Type.Object({ height: Type.Integer(), hash: Type.String() }),
  devices: Type.Integer(),
  /** Channels on which the patient is registered; the outbox takes care of the rest. */
  registeredOn: Type.Array(ChannelName),
});
const TokenView = Type.Object({
  token: Type.String({ description: 'Bearer token of role patient, shown once' }),
});

export function addPatientRoutes({ app, gateway }: RouteContext): void {
  const { core, tokens } = gateway;
  const view = (patient: Patient) => ({
    patientId: patient.patientId,
    createdAt: timestampOf(patient.createdMs),
    chain: { ...patient.chain.durableHead },
    devices: core.devices.list(patient.patientId).length,
    registeredOn: CHANNELS.filter((name) => gateway.isRegistered(patient.patientNo, name)),
  });

  app.post(
    '/v1/patients',
    {
      config: byOps,
      schema: {
        summary: 'Make a patient: keys, chain and registration; the passphrase is not kept',
        body: closedObject({ passphrase: Passphrase }),
        response: { 201: Type.Object({ ...PatientView.properties, ...TokenView.properties }) },
      },
    },
    async (request, reply) => {
      const patient = await gateway.enrol(request.body.passphrase);
      const token = tokens.issue(patient, { isOnly: false, nowMs: Date.now() });
      return reply.status(201).send({ ...view(patient), token });
    },
  );

  app.get(
    '/v1/patients',
    {
      config: byOps,
      schema: {
        summary: 'The patients of this gateway, in the order in which they came',
        querystring: ListQuery,
        response: {
          200: Type.Object({ patients: Type.Array(PatientView), cursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const after = cursor === undefined ? undefined : core.patients.get(cursor);
      const rows = core.patients
        .list()
        .filter(({ patientNo }) => patientNo > (after?.patientNo ?? 0))
        .sort((a, b) => a.patientNo - b.patientNo)
        .slice(0, limit + 1);
      const { page, next } = pageOfRows(rows, limit, ({ patientId }) => patientId);
      return { patients: page.map(view), ...next };
    },
  );

  app.get(
    '/v1/patients/:patientId',
    { config: byPatientOrOps, schema: { params: PatientParams, response: { 200: PatientView } } },
    async (request) => view(core.patients.get(request.params.patientId)),
  );

  app.post(
    '/v1/patients/:patientId/tokens',
    {
      config: byOps,
      schema: {
        summary: 'Replace the patient’s bearer tokens by a new one',
        params: PatientParams,
        response: { 201: TokenView },
      },
    },
    async (request, reply) => {
      const patient = core.patients.get(request.params.patientId);
      const token = tokens.issue(patient, { isOnly: true, nowMs: Date.now() });
      return reply.status(201).send({ token });
    },
  );
}
