import { DeviceRegistration, RegisterDevice } from '@careledger/protocol';
import type { ServiceApp } from '@careledger/service-kit';
import { byPatientOrOps } from '../access.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { DeviceParams, DeviceView, DevicesPage, PairingCodeView } from './schemas.js';
import type { DeviceService } from './service.js';

export function addDeviceRoutes(app: ServiceApp, devices: DeviceService): void {
  app.post(
    '/v1/patients/:patientId/pairing-codes',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'A one-time code that pairs one new device',
        params: PatientParams,
        response: { 201: PairingCodeView },
      },
    },
    async (request, reply) => reply.status(201).send(devices.issuePairingCode(request.params.patientId)),
  );

  app.post(
    '/v1/devices',
    {
      config: { public: true },
      schema: {
        summary: 'Register a device, or pair it again: its pairing code and its proof are the credentials',
        body: RegisterDevice,
        response: { 201: DeviceRegistration },
      },
    },
    async (request, reply) => reply.status(201).send(devices.register(request.body)),
  );

  app.get(
    '/v1/patients/:patientId/devices',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'The patient’s devices, those that were revoked included, in the order of their ids',
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: DevicesPage },
      },
    },
    async (request) => devices.list(request.params.patientId, request.query),
  );

  for (const action of ['suspend', 'resume', 'revoke'] as const) {
    app.post(
      `/v1/patients/:patientId/devices/:deviceId/${action}`,
      { config: byPatientOrOps, schema: { params: DeviceParams, response: { 200: DeviceView } } },
      async ({ params: { patientId, deviceId } }) => devices.change(action, patientId, deviceId),
    );
  }

  app.post(
    '/v1/patients/:patientId/devices/:deviceId/re-pair',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'A one-time code that pairs this device again, with a new epoch',
        params: DeviceParams,
        response: { 201: PairingCodeView },
      },
    },
    async (request, reply) => {
      const { patientId, deviceId } = request.params;
      return reply.status(201).send(devices.issuePairingCodeFor(patientId, deviceId));
    },
  );
}
