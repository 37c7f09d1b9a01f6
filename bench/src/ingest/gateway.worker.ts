import { join } from 'node:path';
import type { SignatureVerifier } from '@careledger/crypto';
import { openOrCreateKeyStore } from '@careledger/crypto/key-store';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import { EmbeddedBroker, GatewayCore } from '@careledger/gateway-service';
import type { RegisterDevice } from '@careledger/protocol';
import { serveWorker } from '../worker/serve.js';

/** 2^10: opening keys is no part of the measure. */
const CHEAP_SCRYPT_LOG_N = 10;
const PASSPHRASE = 'of nobody, for the bench';

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

/** The verifier of the control: asks again and again. */
function repeated(verifier: SignatureVerifier, times: number): SignatureVerifier {
  return {
    verify: (publicKey, message, signature) => {
      let isValid = true;
      for (let n = 0; n < times; n++) isValid = verifier.verify(publicKey, message, signature) && isValid;
      return isValid;
    },
  };
}

const handlers = {
  /** The real core and broker on files in `folder`. Returns where devices connect, and a pairing code per device. */
  async start({ folder, gatewayId, patients, devicesEach, verifications }: StartRequest): Promise<Started> {
    const verifier = repeated(sodiumVerifier(), verifications);
    const core = new GatewayCore({
      storePath: join(folder, 'gateway.db'),
      keyStore: await openOrCreateKeyStore({
        path: join(folder, 'keys.json'),
        unlock: { passphrase: PASSPHRASE },
        scryptLogN: CHEAP_SCRYPT_LOG_N,
      }),
      consentKeys: { folder: join(folder, 'consent'), scryptLogN: CHEAP_SCRYPT_LOG_N },
      verifier: verifications === 1 ? sodiumVerifier() : verifier,
      gatewayId,
      network: 'bench',
      software: 'careledger-bench/0.1.0',
      onFatal: (error) => {
        throw error;
      },
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
}

interface Started {
  readonly url: string;
  readonly pairingCodes: readonly string[];
}

export type GatewayWorker = typeof handlers;

serveWorker(handlers);
