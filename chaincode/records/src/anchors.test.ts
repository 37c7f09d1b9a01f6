import { codeOf, newSigner, publicKeyOf, type TestPatient } from '@careledger/chaincode-runtime/testing';
import type { ForkState, HeadState } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url, type Signer } from '@careledger/crypto';
import { canonicalJson } from '@careledger/crypto';
import { blockHash, type UnsignedBlock } from '@careledger/private-chain/verify';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsFixture, newHash, onAuthorities } from '../testing/fixture.js';

let fixture: RecordsFixture;
let patient: TestPatient;
beforeEach(async () => {
  ({ fixture, patient } = await RecordsFixture.make());
});

type Head = { height: number; hash: string };
const anchorOf = (head: Head, prev?: Head, signer: Signer = patient.gateway) =>
  patient.sign(
    'anchorHead',
    { ...head, prevHeight: prev?.height ?? null, prevHash: prev?.hash ?? null },
    signer,
  );
const anchor = (...items: string[]) => fixture.codes('AnchorHeads', items, onAuthorities());
const head = (height: number): Head => ({ height, hash: newHash() });

describe('anchoring', () => {
  test('goes on from the anchored head only', async () => {
    const [a, b] = [head(3), head(7)];
    expect(await anchor(anchorOf(b, a))).toEqual(['ANCHOR_PREV_MISMATCH']);
    expect(await anchor(anchorOf(a))).toEqual(['OK']);
    expect(await anchor(anchorOf(b))).toEqual(['ANCHOR_PREV_MISMATCH']);
    expect(await anchor(anchorOf(b, { ...a, hash: newHash() }))).toEqual(['ANCHOR_PREV_MISMATCH']);
    expect(await anchor(anchorOf(head(3), a))).toEqual(['ANCHOR_HEIGHT_NOT_RISING']);
    expect(await anchor(anchorOf(b, a))).toEqual(['OK']);
    const patientId = patient.id;
    const { head: now } = await fixture.ask<{ head: HeadState }>('GetHead', { patientId }, onAuthorities());
    expect(now).toMatchObject({ ...b, prevHeight: a.height, prevHash: a.hash });
    const { rows } = await fixture.ask<{ rows: HeadState[] }>('ListAnchors', { patientId }, onAuthorities());
    expect(rows.map(({ height }) => height)).toEqual([3, 7]);
  });

  test('a replayed anchor does not take the head back', async () => {
    const [a, b] = [head(1), head(2)];
    const first = anchorOf(a);
    await anchor(first);
    await anchor(anchorOf(b, a));
    expect(await anchor(first)).toEqual(['OK']);
    const { head: now } = await fixture.ask<{ head: Head }>(
      'GetHead',
      { patientId: patient.id },
      onAuthorities(),
    );
    expect(now.height).toBe(2);
  });

  test('many patients go in one transaction, and two transactions do not conflict', async () => {
    const other = await fixture.patient();
    const third = await fixture.patient();
    const of = (each: TestPatient) =>
      each.sign('anchorHead', { ...head(1), prevHeight: null, prevHash: null }, each.gateway);
    const [one, two] = [
      await fixture.propose('AnchorHeads', { items: [of(patient), of(other)] }, onAuthorities()),
      await fixture.propose('AnchorHeads', { items: [of(third)] }, onAuthorities()),
    ];
    expect([fixture.commit(one), fixture.commit(two)]).toEqual(['VALID', 'VALID']);
  });
});

describe('a fork', () => {
  const blockAt = (height: number, signer: Signer, patientId = patient.id): string => {
    const unsigned: UnsignedBlock = {
      v: 1,
      type: 'frames',
      patientId,
      height,
      prev: newHash(),
      time: '2026-03-01T11:00:00.000Z',
      body: { framesRoot: newHash(), frameCount: 1, gaps: [] },
      difficulty: 0,
      nonce: 0,
    };
    const sig = toBase64url(signer.sign(fromBase64url(blockHash(unsigned, sha256))));
    return canonicalJson({ ...unsigned, sig });
  };
  const report = (blocks: readonly [string, string]) =>
    fixture.run('ReportFork', { patientId: patient.id, blocks }, onAuthorities());
  const listForks = async () =>
    (await fixture.ask<{ rows: ForkState[] }>('ListForks', { patientId: patient.id }, onAuthorities())).rows;
  const rotateGateway = async (): Promise<Signer> => {
    const next = newSigner();
    const body = { use: 'gateway' as const, newKey: publicKeyOf(next), newKeyProof: patient.proofOf(next) };
    const statement = patient.sign('rotatePatientKey', body, patient.consent);
    await fixture.run('RotatePatientKey', { statement }, { channel: 'authorities' });
    return next;
  };

  test('is kept as evidence, and the key that signed it anchors no more until a re-key', async () => {
    const blocks = [blockAt(5, patient.gateway), blockAt(5, patient.gateway)] as const;
    const { result, event } = await report(blocks);
    expect(result).toMatchObject({
      patientId: patient.id,
      height: 5,
      blocks,
      convicted: [publicKeyOf(patient.gateway)],
    });
    expect(event?.name).toBe('ForkReported');
    expect(await anchor(anchorOf(head(9)))).toEqual(['CHAIN_FORKED']);
    const next = await rotateGateway();
    expect(await anchor(anchorOf(head(9), undefined, next))).toEqual(['OK']);
  });

  test('that is reported again is the same fork', async () => {
    const first = await report([blockAt(5, patient.gateway), blockAt(5, patient.gateway)]);
    const second = await report([blockAt(5, patient.gateway), blockAt(5, patient.gateway)]);
    expect(second.result).toEqual(first.result);
    expect(await listForks()).toHaveLength(1);
  });

  test('by a key that is convicted already fills no ledger, at whatever height', async () => {
    const first = await report([blockAt(5, patient.gateway), blockAt(5, patient.gateway)]);
    const more = await report([blockAt(6, patient.gateway), blockAt(6, patient.gateway)]);
    expect([more.result, more.event]).toEqual([first.result, undefined]);
    expect(more.states.flatMap(({ writes }) => [...writes.keys()])).toEqual([]);
    expect(await listForks()).toHaveLength(1);
  });

  test('made with a key that was rotated away does not stop the chain that went on', async () => {
    const stolen = patient.gateway;
    const next = await rotateGateway();
    await report([blockAt(5, stolen), blockAt(5, stolen)]);
    expect(await anchor(anchorOf(head(9), undefined, next))).toEqual(['OK']);
  });

  test('a retired gateway key signs a block at an old height: the current key goes on anchoring', async () => {
    const stolen = patient.gateway;
    const next = await rotateGateway();
    const { result } = await report([blockAt(5, stolen), blockAt(5, next)]);
    expect(result).toMatchObject({ convicted: [publicKeyOf(stolen)] });
    expect(await anchor(anchorOf(head(9), undefined, next))).toEqual(['OK']);
  });

  test('of the current key convicts it although a retired one signed a fork of that height before', async () => {
    const stolen = patient.gateway;
    const next = await rotateGateway();
    await report([blockAt(5, stolen), blockAt(5, stolen)]);
    const blocks = [blockAt(5, next), blockAt(5, next)] as const;
    const { result } = await report(blocks);
    expect(result).toMatchObject({ blocks, convicted: [publicKeyOf(next)] });
    expect(await anchor(anchorOf(head(9), undefined, next))).toEqual(['CHAIN_FORKED']);
    expect((await listForks()).map(({ convicted }) => convicted).sort()).toEqual(
      [[publicKeyOf(stolen)], [publicKeyOf(next)]].sort(),
    );
  });

  test('cannot be made up: a stranger’s signature, one block twice, two heights, another patient, no block', async () => {
    const mine = blockAt(5, patient.gateway);
    const made: [string, string][] = [
      [mine, blockAt(5, newSigner())],
      [mine, mine],
      [mine, blockAt(6, patient.gateway)],
      [mine, blockAt(5, patient.gateway, fixture.newPatient().id)],
      [mine, '{}'],
    ];
    for (const blocks of made) expect(await codeOf(report(blocks))).toBe('FORK_EVIDENCE_INVALID');
    expect(await anchor(anchorOf(head(9)))).toEqual(['OK']);
  });
});
