import { CHANNELS, ChannelName, PatientId, Timestamp, closedObject, timestampOf } from '@careledger/domain';
import { Type } from 'typebox';
import type { Patient } from '../patients/index.js';
import { PatientParams, Passphrase, byOps, byPatientOrOps, type RouteContext } from './context.js';

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
  const { core, steps, tokens } = gateway;
  const view = (patient: Patient) => {
    const registered = steps.registrations().filter(({ patientNo }) => patientNo === patient.patientNo);
    return {
      patientId: patient.patientId,
      createdAt: timestampOf(patient.createdMs),
      chain: { ...patient.chain.durableHead },
      devices: core.devices.list(patient.patientId).length,
      registeredOn: CHANNELS.filter((name) => registered.some(({ channel }) => channel === name)),
    };
  };

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
        summary: 'The patients of this gateway',
        response: { 200: Type.Object({ patients: Type.Array(PatientView) }) },
      },
    },
    async () => ({ patients: core.patients.list().map(view) }),
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
