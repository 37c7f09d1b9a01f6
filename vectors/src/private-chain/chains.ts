import { STATEMENTS } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { STATEMENT_TYP, blockHash, nodeMerkleHasher } from '@careledger/private-chain';
import type { Block, Recoverers } from '@careledger/private-chain';
import {
  ChainBuilder,
  consent,
  device,
  devices,
  elementAt,
  framesV2After,
  gateway,
  hashNamed,
  honestFrames,
  nextGateway,
  payload,
  patientId,
  publicKeyOf,
  registration,
  sign,
  signerNamed,
  statement,
  thief,
  voidPayload,
} from '@careledger/private-chain/testing';
import type { ChainVector, ForkVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';
import { parseStatement } from '@careledger/statements';

type Named = Vector<ChainVector>;
type Faults = NonNullable<ChainVector['faults']>;

const frames = honestFrames(8);
const [f0, f1, f2, f3, f4, f5] = frames as [string, string, string, string, string, string];

/** Genesis, and two blocks of three frames. */
const honest = (): ChainBuilder => new ChainBuilder().addFrames([f0, f1, f2]).addFrames([f3, f4, f5]);

/** Stands in the place of frame 1. */
const void1 = sign(voidPayload(1, nodeMerkleHasher.leaf(f0), nodeMerkleHasher.leaf(f1)));

const hashBytes = (block: Block): Uint8Array => fromBase64url(blockHash(block, sha256));

/** Signs a changed block again, as a gateway that cheats could. */
function resigned<B extends Block>(block: B, changes: Partial<B>, signer: Signer = gateway): B {
  const changed = { ...block, ...changes };
  return { ...changed, sig: toBase64url(signer.sign(hashBytes(changed))) };
}

const rotation = (use: string, key: Signer, by: Signer = consent): string =>
  statement(STATEMENT_TYP.keyRotation, { use, newKey: publicKeyOf(key) }, by);

const nextConsent = signerNamed('next consent');
const [hospital, insurer, lab] = ['hospital', 'insurer', 'lab'].map((name) => signerNamed(name)) as [
  Signer,
  Signer,
  Signer,
];
const recoverers: Recoverers = {
  aut_hospital: { role: 'registrar', keys: [publicKeyOf(hospital)] },
  aut_lab: { role: 'registrar', keys: [publicKeyOf(lab)] },
  aut_insurer: { role: 'identity', keys: [publicKeyOf(insurer)] },
};

/** An organisation's word for the key that is to follow. */
const vouching = (iss: string, by: Signer, more: object = {}): string =>
  statement(
    STATEMENT_TYP.vouching,
    {
      ...{ patientId, reason: 'lost', newKey: publicKeyOf(nextConsent) },
      newKeyProof: statement(
        STATEMENTS.keyProof.typ,
        { subject: patientId, key: publicKeyOf(nextConsent) },
        nextConsent,
      ),
      ...more,
    },
    by,
    { iss },
  );
const opening = vouching('aut_hospital', hospital);
const recoveryId = parseStatement(opening).payload.sid;
const confirming = vouching('aut_insurer', insurer, { confirms: recoveryId });
const takeover = (key: Signer, by: Signer = key): string =>
  statement(STATEMENT_TYP.takeover, { recoveryId, newKey: publicKeyOf(key) }, by);
const recovery = [opening, confirming, takeover(nextConsent)];

/** Two blocks of frames, and a consent key that was recovered after them. */
const recovered = (statements: readonly string[] = recovery, key: Signer = nextConsent): ChainBuilder =>
  honest().add(consentRekey(statements, key));

/** The recovered key is stolen, and the patient has another one since. */
const replacedSince = (): ChainBuilder => {
  const third = signerNamed('third consent');
  return recovered().add(consentRekey([rotation('consent', third, nextConsent)], third));
};

const consentRekey = (statements: readonly string[], key: Signer) => ({
  type: 'rekey' as const,
  body: { consentKey: publicKeyOf(key), gatewayKey: publicKeyOf(gateway), statements },
});

const erasureOf = (height: number, index: number, token: string, by: Signer = consent) => {
  const erased = [{ height, index, leaf: nodeMerkleHasher.leaf(token) }];
  const body = {
    reason: 'patient-request' as const,
    erased,
    statement: statement(STATEMENT_TYP.erasure, { erased }, by),
  };
  return { type: 'erasure' as const, body };
};

function vector(
  name: string,
  description: string,
  { blocks, frames: stored, state }: Pick<ChainBuilder, 'blocks' | 'frames' | 'state'>,
  changes: Partial<ChainVector> = {},
): Named {
  return {
    name,
    type: 'chain',
    description,
    blocks,
    frames: stored,
    devices,
    anchors: [],
    head: state.head,
    ...changes,
  };
}

export function validChains(): Named[] {
  const chain = honest();
  const gap = new ChainBuilder().addFrames([f0, f3], [{ index: 1, missing: 2 }]).addFrames([f2, f1, f4]);
  const rekeyed = honest();
  rekeyed.signer = nextGateway;
  rekeyed.add({
    type: 'rekey',
    body: {
      consentKey: publicKeyOf(consent),
      gatewayKey: publicKeyOf(nextGateway),
      statements: [rotation('gateway', nextGateway)],
    },
  });
  rekeyed.addFrames([elementAt(frames, 6)]);
  const takenOver = recovered();
  takenOver.signer = nextGateway;
  takenOver.add({
    type: 'rekey',
    body: {
      consentKey: publicKeyOf(nextConsent),
      gatewayKey: publicKeyOf(nextGateway),
      statements: [rotation('gateway', nextGateway, nextConsent)],
    },
  });
  const erased = honest().add(erasureOf(1, 1, f1));
  elementAt(erased.stored(1), 1).frame = null;
  return [
    vector('chain', 'Genesis and two blocks, the last of them anchored.', chain, {
      anchors: [{ height: 2, hash: chain.state.head }],
    }),
    vector('chain-gap-filled', 'Two frames come a block later than the one behind them.', gap),
    vector(
      'chain-mixed-versions',
      'Frames of v 1, then of v 2.',
      new ChainBuilder().addFrames([f0]).addFrames(framesV2After(f0, 1, 2)),
    ),
    vector(
      'chain-void',
      'Frame 1 was refused: a void frame closes the gap, which stays on record.',
      new ChainBuilder().addFrames([f0, f2], [{ index: 1, missing: 1 }]).addFrames([void1, f3]),
    ),
    vector('chain-rekey', 'The gateway key is rotated by the consent key.', rekeyed),
    vector(
      'chain-takeover',
      'A consent key that two organisations have vouched for takes over, and appoints another gateway key.',
      takenOver,
      { recoverers },
    ),
    vector(
      'chain-takeover-unchecked',
      'The same to a verifier who knows no organisations: their words are not checked.',
      takenOver,
    ),
    vector('chain-erasure', 'A frame is erased at the request of the patient: its leaf stays.', erased),
    vector('chain-difficulty', 'Eight leading zero bits, as the genesis asks.', mined()),
  ];
}

const mined = (): ChainBuilder => new ChainBuilder({ difficulty: 8 }).addFrames([f0]).addFrames([f1]);

export function invalidChains(): Named[] {
  return [...brokenLinks(), ...brokenSeals(), ...brokenKeys(), ...brokenFrames()];
}

function broken(name: string, description: string, blocks: Block[], faults: Faults): Named {
  const { frames: stored, state } = honest();
  const sound = blocks[elementAt(faults, 0).height - 1];
  const head = sound === undefined ? null : blockHash(sound, sha256);
  return vector(name, description, { blocks, frames: stored, state }, { head, faults });
}

function brokenLinks(): Named[] {
  const [b0, b1, b2] = honest().blocks as [Block, Block, Block];
  const other = new ChainBuilder().addFrames([f0, f1]).block(1);
  const past = '2026-01-05T07:00:00.000Z';
  return [
    broken(
      'reordered-block',
      'Two blocks change places.',
      [b0, b2, b1],
      [{ code: 'HEIGHT_MISMATCH', height: 1 }],
    ),
    broken('skipped-height', 'A block is left out.', [b0, b2], [{ code: 'HEIGHT_MISMATCH', height: 1 }]),
    broken(
      'block-forged-prev',
      'A block that follows another past, properly signed.',
      [b0, b1, resigned(b2, { prev: hashNamed('another past') })],
      [{ code: 'PREV_HASH_MISMATCH', height: 2 }],
    ),
    {
      ...broken(
        'forked-head',
        'The ledger has another block 2 anchored.',
        [b0, b1, b2],
        [{ code: 'CHAIN_FORKED', height: 2 }],
      ),
      anchors: [{ height: 2, hash: hashNamed('the anchored block') }],
      head: blockHash(b2, sha256),
    },
    {
      ...broken(
        'truncated-chain',
        'The anchored block is missing at the end.',
        [b0, b1],
        [{ code: 'CHAIN_FORKED', height: 2 }],
      ),
      anchors: [{ height: 2, hash: blockHash(b2, sha256) }],
    },
    broken(
      'time-decreased',
      'A block from before the one before.',
      [b0, resigned(b1, { time: past })],
      [{ code: 'TIME_DECREASED', height: 1 }],
    ),
    broken(
      'block-of-other-patient',
      "Another patient's name, properly signed.",
      [b0, resigned(b1, { patientId: `pat_${'a'.repeat(32)}` })],
      [{ code: 'PATIENT_MISMATCH', height: 1 }],
    ),
    broken('second-genesis', 'A chain that begins anew.', [b0, b0], [{ code: 'GENESIS_INVALID', height: 1 }]),
    broken('no-genesis', 'A chain without its beginning.', [b1], [{ code: 'GENESIS_INVALID', height: 0 }]),
    {
      ...broken(
        'leaves-of-other-block',
        'The store has other frames than were sealed.',
        [b0, other],
        [{ code: 'FRAMES_ROOT_MISMATCH', height: 1 }],
      ),
      head: blockHash(other, sha256),
    },
  ];
}

function brokenSeals(): Named[] {
  const [b0, b1] = honest().blocks as [Block, Block];
  const [m0, m1] = mined().blocks as [Block, Block];
  return [
    broken(
      'block-foreign-signature',
      'A block signed by a stranger.',
      [b0, resigned(b1, {}, thief)],
      [{ code: 'BLOCK_SIGNATURE_INVALID', height: 1 }],
    ),
    broken(
      'block-altered',
      'A time changed after signing.',
      [b0, { ...b1, time: '2026-01-05T08:00:59.000Z' }],
      [{ code: 'BLOCK_SIGNATURE_INVALID', height: 1 }],
    ),
    broken(
      'broken-difficulty',
      'A nonce that nobody mined.',
      [m0, resigned(m1, { nonce: unminedNonce(m1) })],
      [{ code: 'DIFFICULTY_NOT_MET', height: 1 }],
    ),
    broken(
      'lowered-difficulty',
      'A block that asks less than the genesis.',
      [m0, resigned(m1, { difficulty: 1 })],
      [{ code: 'DIFFICULTY_MISMATCH', height: 1 }],
    ),
    broken(
      'block-extra-member',
      'A member that no rule knows, properly signed.',
      [b0, resigned(b1, { note: 'x' } as Partial<Block>)],
      [{ code: 'BLOCK_MALFORMED', height: 1 }],
    ),
  ];
}

/** The first nonce whose hash misses the difficulty. */
function unminedNonce(block: Block): number {
  let nonce = 0;
  while (hashBytes({ ...block, nonce })[0] === 0) nonce++;
  return nonce;
}

function brokenKeys(): Named[] {
  const { blocks, state } = honest();
  const [b0, b1, b2] = blocks as [Block, Block, Block];
  const genesis = b0 as Extract<Block, { type: 'genesis' }>;
  const stolenGenesis = {
    ...genesis.body,
    gatewayKey: publicKeyOf(thief),
    registration: registration(thief, thief),
  };
  const thiefConsent = { ...genesis.body, consentKey: publicKeyOf(thief) };
  const stolen = (statements: string[]): ChainBuilder => {
    const chain = honest();
    chain.signer = thief;
    const body = { consentKey: state.consentKey, gatewayKey: publicKeyOf(thief), statements };
    return chain.add({ type: 'rekey', body });
  };
  const rekey = (name: string, description: string, statements: string[]): Named =>
    broken(name, description, stolen(statements).blocks, [{ code: 'REKEY_UNPROVEN', height: 3 }]);
  return [
    broken(
      'genesis-without-consent',
      'A thief appoints a gateway key in the name of the patient.',
      [resigned(genesis, { body: stolenGenesis }, thief)],
      [{ code: 'GENESIS_INVALID', height: 0 }],
    ),
    broken(
      'genesis-other-consent-key',
      'The patient ID is not the hash of the consent key.',
      [resigned(genesis, { body: thiefConsent })],
      [{ code: 'GENESIS_INVALID', height: 0 }],
    ),
    rekey('rekey-by-gateway', 'The gateway key appoints its successor by itself.', [
      rotation('gateway', thief, gateway),
    ]),
    rekey('rekey-other-key', 'The rotation appoints another key than the block names.', [
      rotation('gateway', nextGateway),
    ]),
    ...brokenRecoveries(),
    broken(
      'erasure-without-consent',
      'The gateway erases at the request of nobody.',
      [
        b0,
        b1,
        b2,
        honest()
          .add(erasureOf(1, 1, f1, gateway))
          .block(3),
      ],
      [{ code: 'ERASURE_UNPROVEN', height: 3 }],
    ),
  ];
}

function brokenRecoveries(): Named[] {
  const recovery = (
    name: string,
    description: string,
    statements: string[],
    key: Signer = nextConsent,
  ): Named => ({
    ...broken(name, description, recovered(statements, key).blocks, [{ code: 'REKEY_UNPROVEN', height: 3 }]),
    recoverers,
  });
  const last = takeover(nextConsent);
  const confirms = { confirms: recoveryId };
  return [
    recovery('takeover-by-nobody', 'A key takes over for which no organisation has vouched.', [last]),
    recovery('takeover-unconfirmed', 'One organisation alone vouches for the key.', [opening, last]),
    recovery('takeover-by-one-organisation', 'One organisation vouches twice.', [
      ...[opening, vouching('aut_hospital', hospital, confirms), last],
    ]),
    recovery('takeover-by-one-role', 'Two organisations of one role vouch for the key.', [
      ...[opening, vouching('aut_lab', lab, confirms), last],
    ]),
    recovery('takeover-vouching-forged', 'The gateway signs in the name of an organisation.', [
      ...[opening, vouching('aut_insurer', gateway, confirms), last],
    ]),
    recovery('takeover-vouching-stranger', 'An organisation vouches that has no role in recoveries.', [
      ...[opening, vouching('aut_barber', thief, confirms), last],
    ]),
    recovery('takeover-other-recovery', 'The second word confirms another recovery.', [
      ...[opening, vouching('aut_insurer', insurer, { confirms: `${'r'.repeat(21)}A` }), last],
    ]),
    recovery(
      'takeover-other-key',
      'Another key takes over than the one that was vouched for.',
      [opening, confirming, takeover(thief)],
      thief,
    ),
    {
      ...broken(
        'takeover-again',
        'A key that took over, and was replaced since, takes over by the same words once more.',
        replacedSince().add(consentRekey([opening, confirming, last], nextConsent)).blocks,
        [{ code: 'REKEY_UNPROVEN', height: 5 }],
      ),
      recoverers,
    },
    recovery('takeover-by-other-key', 'The new key did not sign that it takes over.', [
      ...[opening, confirming, takeover(nextConsent, thief)],
    ]),
  ];
}

function brokenFrames(): Named[] {
  const { blocks } = honest();
  const head = blockHash(elementAt(blocks, 2), sha256);
  const stored = (height: number, index: number, changes: { leaf?: string; frame?: string | null }) => {
    const chain = honest();
    Object.assign(elementAt(chain.stored(height), index), changes);
    return { frames: chain.frames, head };
  };
  const built = (name: string, description: string, chain: ChainBuilder, faults: Faults): Named => ({
    ...vector(name, description, chain),
    faults,
  });
  const second = payload(1, nodeMerkleHasher.leaf(f0));
  const forgedSignature = sign(second, { ...thief, kid: device.kid });
  return [
    {
      ...broken('frame-missing', 'A frame is gone and no block says why.', blocks, [
        { code: 'FRAME_MISSING', height: 1, index: 2 },
      ]),
      ...stored(1, 2, { frame: null }),
    },
    {
      ...broken('frame-tampered', 'A stored frame was replaced by another one.', blocks, [
        { code: 'FRAME_TAMPERED', height: 2, index: 2 },
      ]),
      ...stored(2, 2, { frame: f1 }),
    },
    {
      ...broken(
        'erased-frame-restored',
        'A backup brought an erased frame back.',
        honest().add(erasureOf(1, 1, f1)).blocks,
        [{ code: 'ERASURE_NOT_APPLIED', height: 1, index: 1 }],
      ),
      head: honest().add(erasureOf(1, 1, f1)).state.head,
    },
    built(
      'block-frame-replayed',
      'A frame is sealed twice.',
      new ChainBuilder().addFrames([f0, f1]).addFrames([f1]),
      [{ code: 'FRAME_REPEATED', height: 2, index: 0 }],
    ),
    built('gap-concealed', 'A gap that the block does not name.', new ChainBuilder().addFrames([f0, f2]), [
      { code: 'GAPS_MISMATCH', height: 1 },
    ]),
    built(
      'frame-of-unknown-device',
      "A stranger's frame in the chain.",
      new ChainBuilder().addFrames([f0, sign(second, thief)]),
      [{ code: 'FRAME_DEVICE_UNKNOWN', height: 1, index: 1 }],
    ),
    built(
      'sealed-foreign-signature',
      'A forged frame was sealed.',
      new ChainBuilder().addFrames([f0, forgedSignature]),
      [{ code: 'FRAME_SIGNATURE_INVALID', height: 1, index: 1 }],
    ),
  ];
}

export function validForks(): Vector<ForkVector>[] {
  const a = new ChainBuilder().addFrames([f0, f1]).block(1);
  const b = new ChainBuilder().addFrames([f0]).block(1);
  return [fork('fork', 'One gateway, one height, two blocks.', a, b)];
}

export function invalidForks(): Vector<ForkVector>[] {
  const [, b1, b2] = honest().blocks as [Block, Block, Block];
  const a = new ChainBuilder().addFrames([f0]).block(1);
  return [
    fork('fork-of-same-block', 'The same block twice.', b1, b1),
    fork('fork-of-two-heights', 'Two blocks of one history.', b1, b2),
    fork('fork-slander', 'The second block is signed by a stranger.', b1, resigned(a, {}, thief)),
    fork(
      'fork-of-two-patients',
      'Two chains of two patients.',
      b1,
      resigned(a, { patientId: `pat_${'a'.repeat(32)}` }),
    ),
  ];
}

function fork(name: string, description: string, a: Block, b: Block): Vector<ForkVector> {
  return { name, type: 'fork', description, blocks: [a, b], gatewayKeys: [publicKeyOf(gateway)] };
}
