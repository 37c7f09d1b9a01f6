import { timestampOf } from '@careledger/domain';
import {
  framesTopic,
  resultsTopic,
  type DeviceRegistration,
  type RegisterDevice,
} from '@careledger/protocol';
import {
  fromCursor,
  pageOfRows,
  type IdempotencyKeys,
  type IdempotentRequest,
} from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import type { GatewayCore } from '../../core.js';
import { DeviceError, type Device } from '../../devices/index.js';
import type { Allowances } from '../../processing/index.js';
import type { ListQuery } from '../schemas.js';
import type { DeviceView, DevicesPage, PairingCodeView } from './schemas.js';

export interface DeviceServiceOptions {
  readonly core: Pick<GatewayCore, 'devices' | 'patients'>;
  readonly allowances: Pick<Allowances, 'overOf'>;
  readonly requests: Pick<IdempotencyKeys, 'find' | 'claim'>;
  readonly gatewayId: string;
  /** What devices connect to. */
  readonly mqttUrl: string;
}

/** A patient's devices, as the patient and whoever runs the gateway see them. */
export class DeviceService {
  readonly #options: DeviceServiceOptions;

  constructor(options: DeviceServiceOptions) {
    this.#options = options;
  }

  /** For a new device. */
  issuePairingCode(patientId: string): Static<typeof PairingCodeView> {
    return this.#pairingCode(patientId);
  }

  /** For a device that is registered: pairs it again. */
  issuePairingCodeFor(patientId: string, deviceId: string): Static<typeof PairingCodeView> {
    this.#own(patientId, deviceId);
    return this.#pairingCode(patientId, deviceId);
  }

  /** Uses the pairing code up, once for each repeatable request: a device that missed the answer gets it again. */
  register(registration: RegisterDevice, request?: IdempotentRequest): DeviceRegistration {
    const { core, gatewayId, mqttUrl, requests } = this.#options;
    const before = request && requests.find(request);
    const { deviceId, chain, changedMs } =
      before?.state === 'same'
        ? core.devices.get(before.reference)
        : core.devices.register(registration, (registered) => {
            if (request) requests.claim(request, registered);
          });
    return {
      deviceId,
      epoch: chain.state.epoch,
      gatewayId,
      mqttUrl,
      framesTopic: framesTopic(deviceId),
      resultsTopic: resultsTopic(deviceId),
      registeredAt: timestampOf(changedMs),
    };
  }

  /** In the order of their ids. */
  list(patientId: string, { cursor, limit }: ListQuery): Static<typeof DevicesPage> {
    const { core } = this.#options;
    const after = cursor === undefined ? '' : fromCursor(cursor, Type.String());
    const { patientNo } = core.patients.get(patientId);
    const rows = core.devices
      .ofPatient(patientNo)
      .filter(({ deviceId }) => deviceId > after)
      .slice(0, limit + 1);
    const page = pageOfRows(rows, limit, ({ deviceId }) => deviceId);
    return { devices: page.rows.map((device) => this.#view(device)), next: page.next };
  }

  change(
    action: 'suspend' | 'resume' | 'revoke',
    patientId: string,
    deviceId: string,
  ): Static<typeof DeviceView> {
    return this.#view(this.#options.core.devices[action](this.#own(patientId, deviceId).deviceId));
  }

  #own(patientId: string, deviceId: string): Device {
    const device = this.#options.core.devices.get(deviceId);
    if (device.patientId !== patientId)
      throw new DeviceError('DEVICE_NOT_FOUND', 'This patient has no such device');
    return device;
  }

  #pairingCode(patientId: string, deviceId?: string): Static<typeof PairingCodeView> {
    const { core, gatewayId } = this.#options;
    const { patientNo } = core.patients.get(patientId);
    const { code, expiresMs } = core.devices.issuePairingCode({
      patientNo,
      ...(deviceId !== undefined && { deviceId }),
    });
    return { pairingCode: code, expiresAt: timestampOf(expiresMs), gatewayId };
  }

  #view(device: Device): Static<typeof DeviceView> {
    const over = this.#options.allowances.overOf(device.deviceId);
    return {
      deviceId: device.deviceId,
      patientId: device.patientId,
      type: device.type,
      codes: [...device.codes],
      status: device.status,
      registeredAt: timestampOf(device.registeredMs),
      changedAt: timestampOf(device.changedMs),
      epoch: device.chain.state.epoch,
      nextSeq: device.chain.state.nextSeq,
      missing: device.missing,
      ...(over !== undefined && {
        overAllowance: { deferred: over.deferred, lastAt: timestampOf(over.deferredMs) },
      }),
    };
  }
}
