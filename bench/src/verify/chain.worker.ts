import { hash } from 'node:crypto';
import { fromBase64url, utf8 } from '@careledger/crypto';
import { sodiumVerifier } from '@careledger/crypto/sodium';
import type { GatewayCore } from '@careledger/gateway-service';
import { parseBlock, parseFrame, type GenesisBlock } from '@careledger/private-chain';
import { GATEWAY_ID } from '../chain/names.js';
import { PASSPHRASE, openCore } from '../chain/open-core.js';
import { BenchError } from '../errors.js';
import { BenchDevice } from '../ingest/device.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { repeated } from '../run/repeated-verifier.js';
import { serveWorker } from '../worker/serve.js';

/** Frames on their way at once while the chain is made. */
const IN_FLIGHT = 256;

/** What there is to hash and to verify, with nothing left to read. */
interface Signed {
  readonly publicKey: Uint8Array;
  readonly hashed: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

interface Built {
  readonly core: GatewayCore;
  readonly patientNo: number;
  readonly signed: readonly Signed[];
  readonly frames: number;
}

const verifier = sodiumVerifier();
let built: Built | undefined;

function opened(): Built {
  if (built === undefined) throw new Error('The chain was not built');
  return built;
}

/** A frame's signature is over its token without it, a block's over its hash. */
function signedOf(
  core: GatewayCore,
  patientNo: number,
  publicKey: Uint8Array,
  frames: readonly Uint8Array[],
): Signed[] {
  const ofFrames = frames.map((frame) => {
    const { signingInput, signature } = parseFrame(frame);
    return { publicKey, hashed: frame, message: signingInput, signature };
  });
  const [genesis, ...blocks] = core.store.read.blocksFrom(patientNo, 0, frames.length);
  const { body } = parseBlock(genesis?.json ?? '') as GenesisBlock;
  const ofBlocks = blocks.map(({ json, hash: message }) => ({
    publicKey: fromBase64url(body.gatewayKey),
    hashed: utf8(json),
    message: fromBase64url(message),
    signature: fromBase64url(parseBlock(json).sig),
  }));
  return [...ofFrames, ...ofBlocks];
}

const handlers = {
  /**
   * A gateway with a patient whose device has sent so many frames of one reading.
   * @param verifications how often each signature is verified: 1, except in the control
   */
  async build({ folder, count, verifications }: BuildRequest): Promise<void> {
    const core = await openCore(folder, { verifier: repeated(verifier, verifications) });
    const { patientId, patientNo } = await core.patients.create({ passphrase: PASSPHRASE });
    const bench = new BenchDevice();
    const { code } = core.devices.issuePairingCode({ patientNo });
    const device = core.devices.register(bench.registration(code, GATEWAY_ID));
    const frames = bench.frames(device.chain.state.epoch, count);
    for (let at = 0; at < count; at += IN_FLIGHT) {
      const group = frames.slice(at, at + IN_FLIGHT);
      await Promise.all(group.map((frame) => core.pipeline.ingest(device, frame)));
    }
    await core.sealNow(patientId);
    const signed = signedOf(core, patientNo, device.publicKey, frames);
    built = { core, patientNo, signed, frames: count };
  },
  /** The gateway's own verification. CPU in microseconds per frame. */
  async verify(): Promise<number> {
    const { core, patientNo, frames } = opened();
    const sample = await sampleCpu(async () => {
      const report = await core.chain.verify(patientNo);
      if (!report.ok || report.frames !== frames)
        throw new BenchError(
          'MEASURE_INVALID',
          `The chain does not verify: ${JSON.stringify(report.faults[0])}`,
        );
      return frames;
    });
    return cpuPerOperationUs(sample);
  },
  /** A bare loop: hashes and verifies what the frames and blocks have. CPU in microseconds per frame. */
  async floor(): Promise<number> {
    const { signed, frames } = opened();
    const sample = await sampleCpu(() => {
      for (const { publicKey, hashed, message, signature } of signed) {
        hash('sha256', hashed, 'base64url');
        if (!verifier.verify(publicKey, message, signature))
          throw new BenchError('MEASURE_INVALID', 'What the bench has signed does not verify');
      }
      return frames;
    });
    return cpuPerOperationUs(sample);
  },
};

interface BuildRequest {
  readonly folder: string;
  readonly count: number;
  readonly verifications: number;
}

export type VerifyChainWorker = typeof handlers;

serveWorker(handlers);
