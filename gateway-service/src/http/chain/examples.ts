import { EXAMPLE, exampleJws } from '@careledger/domain/examples';
import { frame } from '@careledger/protocol/examples';
import type { BlocksPage, ChainView, FramesPage, VerificationView } from './schemas.js';

const { hash, prevHash, patientId } = EXAMPLE;
const head = { height: 42, hash };
const signature = `${hash}${prevHash}`;

export const chain: ChainView = {
  head,
  blocks: 43,
  openFrames: 10,
  anchored: { height: 41, hash: prevHash },
  anchoredAt: EXAMPLE.at[2],
};

const block = {
  v: 1,
  type: 'frames',
  patientId,
  height: 42,
  prev: prevHash,
  time: EXAMPLE.at[2],
  body: { framesRoot: EXAMPLE.publicKey, frameCount: 64, gaps: [] },
  difficulty: 0,
  nonce: 0,
  sig: signature,
};
export const blocks: BlocksPage = { blocks: [{ hash, block }], next: 'NDM' };

export const frames: FramesPage = {
  frames: [
    {
      height: 42,
      index: 0,
      leaf: EXAMPLE.otherPublicKey,
      receivedAt: EXAMPLE.at[2],
      jws: frame,
      deviceId: EXAMPLE.deviceId,
      deviceKey: EXAMPLE.publicKey,
    },
  ],
  next: null,
};

export const verification: VerificationView = {
  report: {
    ok: true,
    patientId,
    blocks: 43,
    frames: 2_710,
    readings: 2_710,
    erased: 0,
    missing: 0,
    gaps: 0,
    anchors: 12,
    head,
    faults: [],
    faultCount: 0,
  },
  anchorsOnLedger: 12,
};

/** As spec/private-chain.md has it. */
export const proof = {
  v: 2,
  kind: 'careledger.proof',
  network: EXAMPLE.network,
  patientId,
  reading: { index: 0, t: EXAMPLE.at[1], code: '99504-3', value: 112, unit: 'mg/dL' },
  frame: {
    jws: frame,
    deviceKey: EXAMPLE.publicKey,
    inclusion: { index: 3, size: 64, path: [hash, prevHash] },
  },
  keyBlocks: [
    {
      v: 1,
      type: 'genesis',
      patientId,
      height: 0,
      prev: null,
      time: EXAMPLE.at[0],
      body: {
        network: EXAMPLE.network,
        consentKey: EXAMPLE.publicKey,
        gatewayKey: EXAMPLE.otherPublicKey,
        registration: exampleJws('careledger.patient+jws', { consentKey: EXAMPLE.publicKey }),
        software: 'careledger-gateway/0.1.0',
      },
      difficulty: 0,
      nonce: 0,
      sig: signature,
    },
  ],
  blocks: [block],
  anchor: exampleJws('careledger.anchor+jws', { height: 42, hash }),
  transaction: {
    end: 'attested',
    envelope: `${hash}${prevHash}`,
    attestations: [exampleJws('careledger.attestation+jws', { txId: EXAMPLE.txId, valid: true })],
  },
};
