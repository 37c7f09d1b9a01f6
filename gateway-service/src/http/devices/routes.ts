import { DeviceRegistration, RegisterDevice } from '@careledger/protocol';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import { byPatientOrOps } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { DeviceParams, DeviceView, DevicesPage, PairingCodeView } from './schemas.js';
import type { DeviceService } from './service.js';
import { deviceRegistration, registerDevice } from '@careledger/protocol/examples';
import { device, pairingCode } from './examples.js';

/** What can be done with a device that is registered. */
const CHANGES = {
  suspend: 'Suspend a device: it is disconnected, and sends nothing until it is resumed',
  resume: 'Resume a suspended device',
  revoke: 'Revoke a device for good',
} as const;

/** What it is then. */
const STATUS = { suspend: 'suspended', resume: 'active', revoke: 'revoked' } as const;

export function addDeviceRoutes(app: ServiceApp, devices: DeviceService): void {
  app.post(
    '/v1/patients/:patientId/pairing-codes',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'A one-time code that pairs one new device',
        problems: [...patientProblems, 'PAIRING_CODES_EXHAUSTED'],
        params: PatientParams,
        response: { 201: withExamples(PairingCodeView, pairingCode) },
      },
    },
    async (request, reply) => reply.status(201).send(devices.issuePairingCode(request.params.patientId)),
  );

  app.post(
    '/v1/devices',
    {
      // Whose key it is, the pairing code says: whoever has it may register, and nobody else.
      config: {
        public: true,
        idempotencyKey: { secretOf: ({ body }) => Value.Parse(RegisterDevice, body).pairingCode },
      },
      schema: {
        summary: 'Register a device, or pair it again: its pairing code and its proof are the credentials',
        problems: [
          'PAIRING_CODE_INVALID',
          'PAIRING_PROOF_INVALID',
          'PAIRING_OTHER_DEVICE',
          'DEVICE_ALREADY_REGISTERED',
          'DEVICE_REVOKED',
          'PROFILE_CODE_UNKNOWN',
          'STORE_UNAVAILABLE',
        ],
        body: withExamples(RegisterDevice, registerDevice),
        response: { 201: withExamples(DeviceRegistration, deviceRegistration) },
      },
    },
    async (request, reply) => reply.status(201).send(devices.register(request.body, request.idempotent)),
  );

  app.get(
    '/v1/patients/:patientId/devices',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'The patient’s devices, those that were revoked included, in the order of their ids',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(DevicesPage, { devices: [device], next: null }) },
      },
    },
    async (request) => devices.list(request.params.patientId, request.query),
  );

  for (const [action, summary] of Object.entries(CHANGES) as [keyof typeof CHANGES, string][]) {
    app.post(
      `/v1/patients/:patientId/devices/:deviceId/${action}`,
      {
        config: byPatientOrOps,
        schema: {
          problems: [...patientProblems, 'DEVICE_NOT_FOUND', 'DEVICE_REVOKED'],
          summary,
          params: DeviceParams,
          response: { 200: withExamples(DeviceView, { ...device, status: STATUS[action] }) },
        },
      },
      async ({ params: { patientId, deviceId } }) => devices.change(action, patientId, deviceId),
    );
  }

  app.post(
    '/v1/patients/:patientId/devices/:deviceId/re-pair',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'A one-time code that pairs this device again, with a new epoch',
        problems: [...patientProblems, 'DEVICE_NOT_FOUND', 'DEVICE_REVOKED', 'PAIRING_CODES_EXHAUSTED'],
        params: DeviceParams,
        response: { 201: withExamples(PairingCodeView, pairingCode) },
      },
    },
    async (request, reply) => {
      const { patientId, deviceId } = request.params;
      return reply.status(201).send(devices.issuePairingCodeFor(patientId, deviceId));
    },
  );
}
