import { DeviceId, PatientId, Timestamp, timestampOf } from '@careledger/domain';
import { DeviceRegistration, RegisterDevice, framesTopic, resultsTopic } from '@careledger/protocol';
import { Type } from 'typebox';
import type { Device } from '../devices/index.js';
import { DeviceError } from '../devices/index.js';
import type { OverAllowance } from '../processing/index.js';
import {
  DeviceParams,
  ListQuery,
  PatientParams,
  byPatientOrOps,
  pageOfRows,
  type RouteContext,
} from './context.js';

const PairingCodeView = Type.Object({
  pairingCode: Type.String(),
  expiresAt: Timestamp,
  /** Audience of the proof. */
  gatewayId: Type.String(),
});
const DeviceView = Type.Object({
  deviceId: DeviceId,
  patientId: PatientId,
  type: Type.String(),
  codes: Type.Array(Type.String()),
  status: Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('revoked')]),
  registeredAt: Timestamp,
  changedAt: Timestamp,
  epoch: Type.String(),
  nextSeq: Type.Integer(),
  /** Counters that it skipped and has not sent since. */
  missing: Type.Integer(),
  /** It brought about more records than it may in an hour, and how many were put off; absent if it never did. */
  overAllowance: Type.Optional(Type.Object({ deferred: Type.Integer(), lastAt: Timestamp })),
});

const view = (device: Device, over: OverAllowance | undefined) => ({
  deviceId: device.deviceId,
  patientId: device.patientId,
  type: device.type,
  codes: [...device.codes],
  status: device.status,
  registeredAt: timestampOf(device.registeredMs),
  changedAt: timestampOf(device.changedMs),
  epoch: device.chain.state.epoch,
  nextSeq: device.chain.state.nextSeq,
  missing: missingOf(device),
  ...(over !== undefined && {
    overAllowance: { deferred: over.deferred, lastAt: timestampOf(over.deferredMs) },
  }),
});

/** Frames that are missing from the device's chain. */
export const missingOf = ({ chain }: Device): number =>
  chain.state.gaps.reduce((total, { from, to }) => total + to - from + 1, 0);

export function addDeviceRoutes({ app, gateway, config }: RouteContext): void {
  const { core, allowances } = gateway;
  const { gatewayId } = config;
  const own = (patientId: string, deviceId: string): Device => {
    const device = core.devices.get(deviceId);
    if (device.patientId !== patientId)
      throw new DeviceError('DEVICE_NOT_FOUND', 'This patient has no such device');
    return device;
  };
  const pairingCode = (patientId: string, deviceId?: string) => {
    const { patientNo } = core.patients.get(patientId);
    const { code, expiresMs } = core.devices.issuePairingCode({
      patientNo,
      ...(deviceId !== undefined && { deviceId }),
    });
    return { pairingCode: code, expiresAt: timestampOf(expiresMs), gatewayId };
  };

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
    async (request, reply) => reply.status(201).send(pairingCode(request.params.patientId)),
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
    async (request, reply) => {
      const device = core.devices.register(request.body);
      const { deviceId, chain } = device;
      return reply.status(201).send({
        deviceId,
        epoch: chain.state.epoch,
        gatewayId,
        mqttUrl: gateway.mqttUrl,
        framesTopic: framesTopic(deviceId),
        resultsTopic: resultsTopic(deviceId),
        registeredAt: timestampOf(device.changedMs),
      });
    },
  );

  app.get(
    '/v1/patients/:patientId/devices',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'The patient’s devices, those that were revoked included, in the order of their ids',
        params: PatientParams,
        querystring: ListQuery,
        response: {
          200: Type.Object({ devices: Type.Array(DeviceView), cursor: Type.Optional(Type.String()) }),
        },
      },
    },
    async (request) => {
      const { patientId } = core.patients.get(request.params.patientId);
      const { cursor = '', limit } = request.query;
      const rows = core.devices
        .list(patientId)
        .filter(({ deviceId }) => deviceId > cursor)
        .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1))
        .slice(0, limit + 1);
      const { page, next } = pageOfRows(rows, limit, ({ deviceId }) => deviceId);
      return { devices: page.map((device) => view(device, allowances.overOf(device.deviceId))), ...next };
    },
  );

  for (const action of ['suspend', 'resume', 'revoke'] as const) {
    app.post(
      `/v1/patients/:patientId/devices/:deviceId/${action}`,
      { config: byPatientOrOps, schema: { params: DeviceParams, response: { 200: DeviceView } } },
      async (request) => {
        const { patientId, deviceId } = request.params;
        const device = core.devices[action](own(patientId, deviceId).deviceId);
        return view(device, allowances.overOf(deviceId));
      },
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
      own(patientId, deviceId);
      return reply.status(201).send(pairingCode(patientId, deviceId));
    },
  );
}
