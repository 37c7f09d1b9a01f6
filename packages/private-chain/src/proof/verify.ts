import { elementAt } from '../element-at.js';
import { fromBase64url, jwkThumbprint } from '@careledger/crypto/portable';
import { STATEMENT_TYP, readStatement } from '../block/statement.js';
import type { Verification } from '../block/statement.js';
import type { ChainState } from '../block/check-append.js';
import { isVouching } from '../block/takeover.js';
import type { Frame } from '../frame/frame.js';
import { parseFrame, verifyFrame } from '../frame/parse.js';
import { merkleHasher } from '../merkle/hasher.js';
import { verifyInclusion } from '../merkle/inclusion.js';
import { anchorFault } from './anchor.js';
import { countAttestations } from './attestation.js';
import type { AttestedPosition } from './attestation.js';
import { Checklist, StepFault, allOf } from './checklist.js';
import type { Found, StepResult } from './checklist.js';
import { readEnvelope } from './envelope.js';
import type { TransactionEnvelope } from './envelope.js';
import { followBlocks, followKeys } from './path.js';
import { checkProofForm } from './parse.js';
import type { Proof, TrustRoots } from './proof.js';
import { isSameReading, provedReading, readingText } from './reading.js';

/** What a proof made on an embedded network can and cannot say. */
export const DEVNET_WARNING = 'one operator holds all keys: integrity only, no independent parties';

/** What is left open where the trust roots name no organisations that vouch. */
const RECOVERY_WARNING =
  'the consent key was recovered: who vouched for it was not checked, since the trust roots have no recoverers';

/** The checklist of a proof. It holds if `ok`: every step passed. */
export type ProofReport = {
  readonly ok: boolean;
  readonly steps: readonly StepResult[];
  readonly warnings: readonly string[];
  /** Where the ledger has the anchored head; null unless the attestations suffice. `--json` prints it by this name. */
  readonly place: (AttestedPosition & { readonly channel: string; readonly txId: string }) | null;
};

/** An embedded network's ID: `devnet`, or `devnet-` and a name. */
function isDevnet(network: string): boolean {
  return network === 'devnet' || network.startsWith('devnet-');
}

/**
 * Checks a proof offline against what the verifier believes beforehand. A proof that does not hold gets a report that
 * says where; only a value that is no proof at all is thrown.
 * @throws ProofError `PROOF_MALFORMED`
 */
export function verifyProof(candidate: Proof, roots: TrustRoots, verification: Verification): ProofReport {
  const proof = checkProofForm(candidate);
  const list = new Checklist();
  list.check('network', proof, () => checkNetwork(proof, roots));
  const frame = list.check('frame', proof, () => readFrame(proof));
  list.check('reading', frame, (read) => checkReading(proof, read));
  list.check('device-signature', frame, (read) => checkDevice(proof, read, roots, verification));
  const keys = list.check('gateway-keys', proof, () => checkKeys(proof, roots, verification));
  const head = list.check('chain-of-blocks', keys, (state) => checkBlocks(proof, state, roots, verification));
  list.check('frame-in-block', allOf(frame, head), () => checkInclusion(proof, verification));
  const sid = list.check('anchor-statement', head, (state) => checkAnchor(proof, state, verification));
  const envelope = list.check('transaction', proof, () => checkTransaction(proof, roots, verification));
  list.check('anchor-in-transaction', allOf(envelope, sid), ([transaction, anchorSid]) =>
    checkAnchored(proof, transaction, anchorSid, roots),
  );
  const position = list.check('attestations', envelope, (transaction) =>
    checkAttestations(proof, transaction, roots, verification),
  );
  return {
    ok: list.ok,
    steps: list.steps,
    warnings: warningsOf(proof, roots),
    place:
      position === undefined || envelope === undefined
        ? null
        : { ...position, channel: envelope.channel, txId: envelope.txId },
  };
}

function warningsOf({ network, keyBlocks, blocks }: Proof, { recoverers }: TrustRoots): string[] {
  const isRecovered = [...keyBlocks, ...blocks].some(
    (block) => block.type === 'rekey' && block.body.statements.some(isVouching),
  );
  return [
    ...(isDevnet(network) ? [DEVNET_WARNING] : []),
    ...(isRecovered && recoverers === undefined ? [RECOVERY_WARNING] : []),
  ];
}

function checkNetwork({ network }: Proof, roots: TrustRoots): Found<true> {
  if (network !== roots.network) {
    throw new StepFault(`the proof is of network ${network}, the trust roots are for ${roots.network}`);
  }
  if (isDevnet(network) && roots.production) {
    throw new StepFault(`production roots refuse an embedded network: ${DEVNET_WARNING}`);
  }
  return { value: true, detail: network };
}

function readFrame({ v, frame }: Proof): Found<Frame> {
  const read = parseFrame(frame.jws);
  if (read.v !== v) throw new StepFault(`a proof of v ${v} with a frame of v ${read.v}`);
  return {
    value: read,
    detail: `frame ${read.seq} of epoch ${read.epoch}, ${read.readings.length} readings`,
  };
}

function checkReading({ reading }: Proof, frame: Frame): Found<true> {
  const signed = provedReading(frame, reading.index);
  if (signed === undefined) throw new StepFault(`the frame has no reading ${reading.index}`);
  if (!isSameReading(signed, reading)) {
    throw new StepFault(`reading ${reading.index} of the frame is another one`);
  }
  return { value: true, detail: readingText(signed) };
}

function checkDevice(
  proof: Proof,
  frame: Frame,
  roots: TrustRoots,
  { hash, verifier }: Verification,
): Found<true> {
  const key = fromBase64url(proof.frame.deviceKey);
  if (frame.kid !== jwkThumbprint('Ed25519', key, hash)) throw new StepFault('the frame names another key');
  if (!verifyFrame(frame, key, verifier)) throw new StepFault("the device's signature does not verify");
  if (roots.devices === undefined) {
    return { value: true, detail: `${frame.kid}, a device that the patient's gateway vouches for` };
  }
  if (!roots.devices.includes(proof.frame.deviceKey))
    throw new StepFault('the trust roots do not have this device');
  return { value: true, detail: `${frame.kid}, a device of the trust roots` };
}

function checkKeys(proof: Proof, roots: TrustRoots, verification: Verification): Found<ChainState> {
  const { state, genesisHash } = followKeys(proof, { ...verification, recoverers: roots.recoverers });
  if (state.patientId !== proof.patientId)
    throw new StepFault(`the genesis is of patient ${state.patientId}`);
  if (state.network !== proof.network) throw new StepFault(`the genesis is of network ${state.network}`);
  if (roots.genesis !== undefined && roots.genesis[proof.patientId] !== genesisHash) {
    throw new StepFault('the trust roots do not have this genesis');
  }
  const changes = proof.keyBlocks.length - 1;
  return { value: state, detail: `${proof.patientId}, genesis ${genesisHash}, ${changes} changes of keys` };
}

function checkBlocks(
  proof: Proof,
  keys: ChainState,
  roots: TrustRoots,
  verification: Verification,
): Found<ChainState> {
  const head = followBlocks(proof, keys, { ...verification, recoverers: roots.recoverers });
  return {
    value: head,
    detail: `${proof.blocks.length} blocks, from ${elementAt(proof.blocks, 0).height} to ${head.height}`,
  };
}

function checkInclusion({ frame, blocks }: Proof, { hash }: Verification): Found<true> {
  const [block] = blocks;
  if (block?.type !== 'frames') throw new StepFault('the first block is no block of frames');
  const hasher = merkleHasher(hash);
  const { inclusion, jws } = frame;
  if (inclusion.size !== block.body.frameCount)
    throw new StepFault(`the block has ${block.body.frameCount} frames`);
  if (!verifyInclusion(hasher.leaf(jws), inclusion, block.body.framesRoot, hasher)) {
    throw new StepFault(`the frame is not at index ${inclusion.index} of block ${block.height}`);
  }
  return { value: true, detail: `frame ${inclusion.index} of ${inclusion.size} in block ${block.height}` };
}

function checkAnchor(proof: Proof, head: ChainState, verification: Verification): Found<string> {
  const expected = {
    typ: STATEMENT_TYP.anchor,
    issuer: proof.patientId,
    network: proof.network,
    key: head.gatewayKey,
  };
  const statement = readStatement(proof.anchor, expected, verification);
  if ('fault' in statement) throw new StepFault(`the anchor: ${statement.fault}`);
  const { height, hash } = statement.body;
  if (height !== head.height || hash !== head.head) throw new StepFault('the anchor names another head');
  return { value: statement.sid, detail: `block ${head.height}, ${head.head}` };
}

function checkTransaction(
  { transaction }: Proof,
  { channel }: TrustRoots,
  { hash }: Verification,
): Found<TransactionEnvelope> {
  const envelope = readEnvelope(transaction.envelope, hash);
  if (envelope.channel !== channel)
    throw new StepFault(`it is of channel ${envelope.channel}, not ${channel}`);
  return { value: envelope, detail: `${envelope.txId} on ${channel}` };
}

function checkAnchored(
  { anchor }: Proof,
  envelope: TransactionEnvelope,
  sid: string,
  { chaincode }: TrustRoots,
): Found<true> {
  const fault = anchorFault(envelope, chaincode, anchor, sid);
  if (fault !== undefined) throw new StepFault(fault);
  return { value: true, detail: `statement ${sid}, accepted by ${chaincode}` };
}

function checkAttestations(
  { transaction }: Proof,
  envelope: TransactionEnvelope,
  roots: TrustRoots,
  verification: Verification,
): Found<AttestedPosition> {
  const { organisations, position, faults } = countAttestations(
    transaction.attestations,
    envelope,
    roots,
    verification,
  );
  const remarks = faults.map((fault) => `; ${fault}`).join('');
  if (position === null || organisations.length < roots.threshold) {
    throw new StepFault(`${organisations.length} of ${roots.threshold} organisations attest it${remarks}`);
  }
  const detail = `${organisations.join(', ')}: block ${position.block}${remarks}`;
  return { value: position, detail };
}
