export { elementAt } from '../src/element-at.js';
export { ChainBuilder } from './chain-builder.js';
export { field, txIdOf, writeEnvelope, type EnvelopeParts } from './envelope-writer.js';
export {
  EPOCH,
  NETWORK,
  consent,
  device,
  deviceId,
  devices,
  gateway,
  hashNamed,
  nextGateway,
  patientId,
  payload,
  payloadV2,
  publicKeyOf,
  registration,
  sign,
  signerNamed,
  statement,
  thief,
  voidPayload,
} from './fixtures.js';
export { framesV2After, honestFrames } from './honest-frames.js';
export type {
  ChainVector,
  DeviceChainVector,
  ForkVector,
  FrameVector,
  HelloVector,
  MerkleVector,
  PrivateChainVector,
  ProofVector,
} from './vectors.js';
