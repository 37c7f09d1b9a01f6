import { timestampOf } from '@careledger/domain';
import type { DeviceChainHead, DeviceResult } from '@careledger/protocol';
import type { GatewayCore } from '../../core.js';
import { DeviceError, type Device } from '../../devices/index.js';

export interface FrameServiceOptions {
  readonly core: Pick<GatewayCore, 'devices' | 'pipeline'>;
}

/** What a device without MQTT does. Its token is the credential, as its MQTT password is. */
export class FrameService {
  readonly #core: FrameServiceOptions['core'];

  constructor({ core }: FrameServiceOptions) {
    this.#core = core;
  }

  /** Resolves when the frame is on disk, or refused; a hello may come here too. @throws DeviceError, IngestError */
  async ingest(authorization: string | undefined, frame: Uint8Array): Promise<DeviceResult> {
    const result = await this.#core.pipeline.ingest(this.#deviceOf(authorization), frame);
    return { ...result, gatewayTime: timestampOf(Date.now()) };
  }

  /** @throws DeviceError */
  head(authorization: string | undefined): DeviceChainHead {
    const { deviceId, chain } = this.#deviceOf(authorization);
    const { epoch, nextSeq, head } = chain.state;
    return { deviceId, epoch, nextSeq, prev: head };
  }

  #deviceOf(authorization = ''): Device {
    const [, token] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    if (token === undefined)
      throw new DeviceError('DEVICE_TOKEN_INVALID', 'Send "Authorization: Bearer TOKEN"');
    return this.#core.devices.authenticate(token);
  }
}
