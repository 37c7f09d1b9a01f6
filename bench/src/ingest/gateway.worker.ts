import { sodiumVerifier } from '@careledger/crypto/sodium';
import { EmbeddedBroker, type GatewayCore } from '@careledger/gateway-service';
import type { RegisterDevice } from '@careledger/protocol';
import { serveWorker } from '../worker/serve.js';
import { PASSPHRASE, openCore } from '../chain/open-core.js';
import { repeated } from '../run/repeated-verifier.js';

interface Gateway {
  readonly core: GatewayCore;
  readonly broker: EmbeddedBroker;
}

let gateway: Gateway | undefined;
let cpuBefore = process.cpuUsage();

function running(): Gateway {
  if (gateway === undefined) throw new Error('The gateway was not started');
  return gateway;
}

/** A figure without the thread would be another gateway's. */
function failed(error: Error): never {
  throw error;
}

const handlers = {
  /** The real core and broker on files in `folder`. Returns where devices connect, and a pairing code per device. */
  async start(request: StartRequest): Promise<Started> {
    const { folder, gatewayId, patients, devicesEach, verifications, verifyThread } = request;
    const core = await openCore(folder, {
      verifier: repeated(sodiumVerifier(), verifications),
      verifyThread: verifyThread ? { onLost: failed } : undefined,
      gatewayId,
    });
    const logger = {
      warn: (...parts: unknown[]) => console.error(...parts),
      info: (...parts: unknown[]) => console.error(...parts),
    };
    const { devices, pipeline } = core;
    const broker = await EmbeddedBroker.start({ devices, pipeline, host: '127.0.0.1', port: 0, logger });
    gateway = { core, broker };
    const pairingCodes: string[] = [];
    for (let n = 0; n < patients; n++) {
      const { patientNo } = await core.patients.create({ passphrase: PASSPHRASE });
      for (let m = 0; m < devicesEach; m++) pairingCodes.push(devices.issuePairingCode({ patientNo }).code);
    }
    return { url: broker.url, pairingCodes };
  },
  /** Registers the devices. Returns their epochs. */
  register(requests: readonly RegisterDevice[]): string[] {
    return requests.map((request) => running().core.devices.register(request).chain.state.epoch);
  },
  begin(): void {
    cpuBefore = process.cpuUsage();
  },
  /** CPU since `begin`, and how many frames are in the store: on disk and acknowledged. */
  end(): { cpuUs: number; stored: number } {
    const { user, system } = process.cpuUsage(cpuBefore);
    return { cpuUs: user + system, stored: running().core.pipeline.counters.stored };
  },
  /** Frames that went first, from the start on. */
  urgent(): number {
    return running().core.pipeline.counters.urgent;
  },
  /** Verifies every patient's chain. Returns how many frames are in them. */
  async check(): Promise<number> {
    const { core } = running();
    let frames = 0;
    for (const { patientId, patientNo } of core.patients.list()) {
      await core.sealNow(patientId);
      const report = await core.chain.verify(patientNo);
      if (!report.ok) throw new Error(`The chain of ${patientId} does not verify: ${JSON.stringify(report)}`);
      frames += report.frames;
    }
    return frames;
  },
};

interface StartRequest {
  readonly folder: string;
  readonly gatewayId: string;
  readonly patients: number;
  readonly devicesEach: number;
  /** How often each signature is verified: 1, except in the control. */
  readonly verifications: number;
  /** Whether a second thread verifies under load. */
  readonly verifyThread: boolean;
}

interface Started {
  readonly url: string;
  readonly pairingCodes: readonly string[];
}

export type GatewayWorker = typeof handlers;

serveWorker(handlers);
