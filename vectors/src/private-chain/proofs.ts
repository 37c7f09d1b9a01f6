import { concatBytes, sha256, toBase64url, utf8 } from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { parseStatement } from '@careledger/statements';
import { DEVNET_WARNING, STATEMENT_TYP, blockHash, makeProof } from '@careledger/private-chain';
import type { Proof, ProofStep, TrustRoots } from '@careledger/private-chain';
import {
  ChainBuilder,
  NETWORK,
  consent,
  device,
  elementAt,
  field,
  framesV2After,
  hashNamed,
  honestFrames,
  nextGateway,
  patientId,
  publicKeyOf,
  signerNamed,
  statement,
  thief,
  txIdOf,
  writeEnvelope,
} from '@careledger/private-chain/testing';
import type { EnvelopeParts, ProofVector } from '@careledger/private-chain/testing';
import type { Vector } from '@careledger/spec';

type Named = Vector<ProofVector>;

const ORGANISATIONS = ['HospitalMSP', 'InsurerMSP', 'LabMSP'] as const;
const honest = honestFrames(8);
const creator = utf8('a serialized identity');
const nonce = sha256('nonce').subarray(0, 24);

const attestorOf = (organisation: string): Signer => signerNamed(`attestor of ${organisation}`);

function rootsOf(network: string): TrustRoots {
  return {
    v: 1,
    kind: 'careledger.trust-roots',
    network,
    production: true,
    attestors: Object.fromEntries(ORGANISATIONS.map((name) => [name, [publicKeyOf(attestorOf(name))]])),
    threshold: 2,
    channel: 'authorities',
    chaincode: 'records',
  };
}

/** Everything a proof is made of, each part replaceable by an attack. */
class ProofFixture {
  readonly network: string;
  readonly chain: ChainBuilder;
  anchor: string;
  response = { status: 200, code: 'OK' };

  constructor(
    network = NETWORK,
    rekey = false,
    readonly frames: readonly string[] = honest,
  ) {
    this.network = network;
    this.chain = new ChainBuilder({ network });
    if (rekey) this.#rekey();
    this.chain.addFrames(frames.slice(0, 3)).addFrames(frames.slice(3, 6)).addFrames(frames.slice(6));
    this.anchor = this.anchorOf({});
  }

  #rekey(): void {
    this.chain.signer = nextGateway;
    const body = { use: 'gateway', newKey: publicKeyOf(nextGateway) };
    const rotation = statement(STATEMENT_TYP.keyRotation, body, consent, { aud: this.network });
    this.chain.add({
      type: 'rekey',
      body: {
        consentKey: publicKeyOf(consent),
        gatewayKey: publicKeyOf(nextGateway),
        statements: [rotation],
      },
    });
  }

  anchorOf(changes: object, signer = this.chain.signer): string {
    const { height, head } = this.chain.state;
    const body = { height, hash: head, prevHeight: null, prevHash: null, ...changes };
    return statement(STATEMENT_TYP.anchor, body, signer, { aud: this.network });
  }

  get sid(): string {
    return parseStatement(this.anchor).payload.sid;
  }

  envelope(changes: Partial<EnvelopeParts> = {}): Uint8Array {
    const result = { items: [{ sid: this.sid, code: this.response.code, txId: txIdOf({ nonce, creator }) }] };
    return writeEnvelope({
      channel: 'authorities',
      chaincode: 'records',
      args: ['AnchorHeads', JSON.stringify({ items: [this.anchor] })],
      response: { status: this.response.status, payload: JSON.stringify(result) },
      creator,
      nonce,
      ...changes,
    });
  }

  attestation(organisation: string, envelope: Uint8Array, changes: object = {}, signer?: Signer): string {
    const body = {
      network: this.network,
      channel: 'authorities',
      block: 17,
      blockHash: 'ab'.repeat(32),
      txId: txIdOf({ nonce, creator }),
      envelopeHash: toBase64url(sha256(envelope)),
      code: 'VALID',
      ...changes,
    };
    const issuer = { iss: organisation, aud: this.network, channels: ['authorities'] };
    return statement(STATEMENT_TYP.attestation, body, signer ?? attestorOf(organisation), issuer);
  }

  /** Proof of reading 0 of frame 1, which lies in the first block of frames. */
  proof(envelope = this.envelope(), attestations?: readonly string[]): Proof {
    const { blocks } = this.chain;
    const at = blocks.findIndex(({ type }) => type === 'frames');
    return makeProof({
      network: this.network,
      patientId,
      frame: elementAt(this.frames, 1),
      readingIndex: 0,
      deviceKey: device.publicKey,
      inclusion: this.chain.inclusion(elementAt(blocks, at).height, 1),
      keyBlocks: blocks.slice(0, at),
      blocks: blocks.slice(at),
      anchor: this.anchor,
      envelope,
      attestations: attestations ?? ORGANISATIONS.slice(0, 2).map((name) => this.attestation(name, envelope)),
    });
  }
}

function vector(name: string, description: string, proof: Proof, changes: Partial<ProofVector> = {}): Named {
  return { name, type: 'proof', description, proof, roots: rootsOf(NETWORK), warnings: [], ...changes };
}

/** A proof of a reading in a frame of v 2. */
function proofV2(changes: object): Proof {
  const [first = ''] = honest;
  return new ProofFixture(NETWORK, false, [first, ...framesV2After(first, 1, 7, changes)]).proof();
}

const belowRange = {
  t: '2026-01-05T08:01:00.000Z',
  code: '2339-0',
  value: 40,
  unit: 'mg/dL',
  comparator: '<',
};
const sinceBoot = { up: 500, code: '2339-0', value: 101, unit: 'mg/dL' };

export function validProofs(): Named[] {
  const fixture = new ProofFixture();
  const genesis = blockHash(elementAt(fixture.chain.blocks, 0), sha256);
  const pinned = { ...rootsOf(NETWORK), devices: [publicKeyOf(device)], genesis: { [patientId]: genesis } };
  return [
    vector('proof', 'From a reading to two attesting organisations of three.', fixture.proof()),
    vector('proof-pinned', 'The trust roots name device and genesis.', fixture.proof(), { roots: pinned }),
    vector(
      'proof-after-rekey',
      'The gateway key was rotated before the reading.',
      new ProofFixture(NETWORK, true).proof(),
    ),
    vector(
      'proof-v2-below-range',
      'Less than 40 mg/dL: the comparator is proved with the value.',
      proofV2({ readings: [belowRange] }),
    ),
    vector(
      'proof-v2-without-clock',
      'Milliseconds since a boot: what the gateway holds the time to be is not signed, and not proved.',
      proofV2({ sent: undefined, boot: 'boot-a', up: 1_000, readings: [sinceBoot] }),
    ),
    vector(
      'proof-devnet',
      'An embedded network, under roots that are not for production.',
      new ProofFixture('devnet').proof(),
      {
        roots: { ...rootsOf('devnet'), production: false },
        warnings: [DEVNET_WARNING],
      },
    ),
  ];
}

export function invalidProofs(): Named[] {
  return [...falseReadings(), ...falseAnchors(), ...falseEnvelopes(), ...falseAttestations()];
}

function attack(name: string, description: string, failed: ProofStep[], proof: Proof): Named {
  return { ...vector(`proof-${name}`, description, proof), failed };
}

function falseReadings(): Named[] {
  const fixture = new ProofFixture();
  const proof = fixture.proof();
  const { chain } = fixture;
  const withFrame = (changes: Partial<Proof['frame']>): Proof => ({
    ...proof,
    frame: { ...proof.frame, ...changes },
  });
  const strangers = { ...rootsOf(NETWORK), devices: [publicKeyOf(thief)] };
  const otherGenesis = { ...rootsOf(NETWORK), genesis: { [patientId]: hashNamed('another genesis') } };
  const below = proofV2({ readings: [belowRange] });
  return [
    attack('comparator-left-out', 'Below 40 passed off as 40.', ['reading'], {
      ...below,
      reading: { index: 0, t: belowRange.t, code: '2339-0', value: 40, unit: 'mg/dL' },
    }),
    attack('comparator-reversed', 'Below 40 passed off as above 40.', ['reading'], {
      ...below,
      reading: { ...below.reading, comparator: '>' },
    }),
    attack('v1-of-frame-v2', 'A proof of v 1 has no room for the comparator.', ['frame'], {
      ...below,
      v: 1,
      reading: { index: 0, t: belowRange.t, code: '2339-0', value: 40, unit: 'mg/dL' },
    }),
    attack('v2-of-frame-v1', 'A proof of v 2 with a frame of v 1.', ['frame'], { ...proof, v: 2 }),
    attack('reading-altered', 'Another value than was signed.', ['reading'], {
      ...proof,
      reading: { ...proof.reading, value: 99 },
    }),
    attack('frame-of-other-place', 'A true frame, passed off at the place of another.', ['frame-in-block'], {
      ...withFrame({ inclusion: chain.inclusion(1, 2) }),
    }),
    attack('device-key-swapped', "Another device's key.", ['device-signature'], {
      ...withFrame({ deviceKey: publicKeyOf(thief) }),
    }),
    {
      ...attack(
        'device-not-trusted',
        'A device that the trust roots do not have.',
        ['device-signature'],
        proof,
      ),
      roots: strangers,
    },
    {
      ...attack('genesis-not-trusted', 'Another chain than the pinned one.', ['gateway-keys'], proof),
      roots: otherGenesis,
    },
    attack('block-left-out', 'A hole between block and head.', ['chain-of-blocks'], {
      ...proof,
      blocks: [elementAt(proof.blocks, 0), elementAt(proof.blocks, 2)],
    }),
    {
      ...attack(
        'devnet-under-production',
        'An embedded network passed off as independent parties.',
        ['network'],
        new ProofFixture('devnet').proof(),
      ),
      roots: rootsOf('devnet'),
      warnings: [DEVNET_WARNING],
    },
    attack(
      'of-other-network',
      'Everything is true, on another network.',
      ['network', 'attestations'],
      new ProofFixture('othernet').proof(),
    ),
  ];
}

function falseAnchors(): Named[] {
  const fixtures = {
    otherHead: new ProofFixture(),
    byThief: new ProofFixture(),
    refused: new ProofFixture(),
    failed: new ProofFixture(),
  };
  fixtures.otherHead.anchor = fixtures.otherHead.anchorOf({ hash: hashNamed('another head') });
  fixtures.byThief.anchor = fixtures.byThief.anchorOf({}, thief);
  fixtures.refused.response = { status: 200, code: 'ANCHOR_PREV_MISMATCH' };
  fixtures.failed.response = { status: 500, code: 'OK' };
  return [
    attack(
      'anchor-of-other-head',
      'The anchored head is of another history.',
      ['anchor-statement'],
      fixtures.otherHead.proof(),
    ),
    attack(
      'anchor-by-stranger',
      'Not signed by the gateway key in force.',
      ['anchor-statement'],
      fixtures.byThief.proof(),
    ),
    attack(
      'anchor-refused-in-batch',
      'The transaction is VALID, but the chaincode refused this item.',
      ['anchor-in-transaction'],
      fixtures.refused.proof(),
    ),
    attack(
      'chaincode-failed',
      'The chaincode answered 500.',
      ['anchor-in-transaction'],
      fixtures.failed.proof(),
    ),
  ];
}

function falseEnvelopes(): Named[] {
  const fixture = new ProofFixture();
  const committed = fixture.envelope();
  const attestations = ORGANISATIONS.slice(0, 2).map((name) => fixture.attestation(name, committed));
  const other = { args: ['AnchorHeads', JSON.stringify({ items: ['e30.e30.e30'] })] };
  const doubled = concatBytes(committed, field(1, new Uint8Array(0)));
  const attested = (envelope: Uint8Array): Proof => fixture.proof(envelope);
  return [
    attack(
      'envelope-swapped',
      'Attested: another envelope with the same nonce and creator, so with the same transaction ID.',
      ['attestations'],
      fixture.proof(
        committed,
        ORGANISATIONS.slice(0, 2).map((name) => fixture.attestation(name, fixture.envelope(other))),
      ),
    ),
    attack(
      'envelope-without-anchor',
      'The transaction anchors something else.',
      ['anchor-in-transaction'],
      attested(fixture.envelope(other)),
    ),
    attack(
      'envelope-other-function',
      'The statement went to a function that keeps no heads.',
      ['anchor-in-transaction'],
      attested(fixture.envelope({ args: ['Echo', JSON.stringify({ items: [fixture.anchor] })] })),
    ),
    attack(
      'envelope-other-chaincode',
      'The transaction calls a chaincode of the attacker.',
      ['anchor-in-transaction'],
      attested(fixture.envelope({ chaincode: 'mirror' })),
    ),
    attack(
      'envelope-other-channel',
      "The attacker's own channel.",
      ['transaction'],
      attested(fixture.envelope({ channel: 'mine' })),
    ),
    attack(
      'envelope-response-of-other-proposal',
      'The endorsed response answers another proposal.',
      ['transaction'],
      attested(fixture.envelope({ proposalHash: sha256('another proposal') })),
    ),
    attack(
      'envelope-forged-txid',
      'A transaction ID that is not the hash of nonce and creator.',
      ['transaction'],
      attested(fixture.envelope({ txId: 'cd'.repeat(32) })),
    ),
    attack(
      'envelope-field-twice',
      'A second payload: decoders differ on which one counts.',
      ['transaction'],
      fixture.proof(doubled, attestations),
    ),
    attack(
      'envelope-truncated',
      'Half an envelope.',
      ['transaction'],
      fixture.proof(committed.subarray(0, 200), attestations),
    ),
  ];
}

function falseAttestations(): Named[] {
  const fixture = new ProofFixture();
  const envelope = fixture.envelope();
  const [hospital, insurer] = ['HospitalMSP', 'InsurerMSP'] as const;
  const first = fixture.attestation(hospital, envelope);
  const attested = (...attestations: string[]): Proof => fixture.proof(envelope, attestations);
  const second = (changes: object): Proof => attested(first, fixture.attestation(insurer, envelope, changes));
  return [
    attack(
      'attested-by-too-few',
      'One organisation where the policy asks for two.',
      ['attestations'],
      attested(first),
    ),
    attack(
      'attested-twice-by-one',
      'One organisation counts once, however often it signs.',
      ['attestations'],
      attested(first, fixture.attestation(hospital, envelope, { blockHash: 'ab'.repeat(32), block: 17 })),
    ),
    attack(
      'attested-invalid',
      'Attested as MVCC conflict: it changed nothing.',
      ['attestations'],
      second({ code: 'MVCC_READ_CONFLICT' }),
    ),
    attack(
      'attested-other-transaction',
      'Attested: another transaction.',
      ['attestations'],
      second({ txId: 'cd'.repeat(32) }),
    ),
    attack(
      'attested-other-block',
      'The organisations saw it in different blocks.',
      ['attestations'],
      second({ block: 18 }),
    ),
    attack(
      'attested-by-stranger',
      "A stranger signs in an organisation's name.",
      ['attestations'],
      attested(first, fixture.attestation(insurer, envelope, {}, thief)),
    ),
    attack(
      'attested-by-unknown-organisation',
      'An organisation that is not in the trust roots.',
      ['attestations'],
      attested(first, fixture.attestation('StrangerMSP', envelope)),
    ),
  ];
}
