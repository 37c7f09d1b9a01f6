import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LedgerError } from '@careledger/ledger';
import {
  MemoryCheckpoints,
  MemoryJournal,
  submitWithRetry,
  type JournalEntry,
  type Ledger,
  type LedgerBlock,
  type LedgerChannel,
} from '@careledger/ledger';
import { counter, counterEvents } from '../fixtures/counter/counter-contract.js';
import {
  CHANNEL,
  connectTo,
  GUEST_MSP_ID,
  MSP_ID,
  OTHER_MSP_ID,
  type TrialNetwork,
} from '../fixtures/counter/trial-network.js';

/** Keeps what it was given, so that a test can send a committed transaction once more. */
class HoardingJournal extends MemoryJournal {
  readonly all: JournalEntry[] = [];
  override async put(entry: JournalEntry): Promise<void> {
    this.all.push(entry);
    await super.put(entry);
  }
}

/** What the ledger client promises, on any network. */
export function describeLedger(name: string, start: () => Promise<TrialNetwork>): void {
  describe(`the ledger client on ${name}`, () => {
    let network: TrialNetwork;
    let ledger: Ledger;
    let channel: LedgerChannel;
    beforeAll(async () => {
      network = await start();
      ledger = connectTo(network);
      channel = ledger.channel(CHANNEL);
    });
    afterAll(async () => {
      ledger.close();
      await network[Symbol.asyncDispose]();
    });

    /** Blocks from the first up to and including the one with this number. */
    async function blocksThrough(last: bigint, from = 0n): Promise<LedgerBlock[]> {
      const blocks: LedgerBlock[] = [];
      const done = new AbortController();
      for await (const block of channel.blocks({ startBlock: from, signal: done.signal })) {
        blocks.push(block);
        if (block.number >= last) done.abort();
      }
      return blocks;
    }

    test('the height is the number that the next block gets', async () => {
      const { blockNumber } = await channel.submit(counter, 'Put', { key: 'height' });
      expect(await channel.height({ peerMspId: MSP_ID })).toBe(blockNumber + 1n);
    });

    describe('transactions', () => {
      test('a submitted value is there when submit returns', async () => {
        const { result, transactionId, blockNumber } = await channel.submit(counter, 'Put', { key: 'a' });
        expect(result.txId).toBe(transactionId);
        expect(blockNumber).toBeGreaterThan(0n);
        expect(await channel.evaluate(counter, 'Get', { key: 'a' })).toEqual({ value: transactionId });
      });

      test('transient data reaches the chaincode', async () => {
        const transient = { secret: Buffer.from('whisper') };
        expect(await channel.evaluate(counter, 'Whisper', {}, { transient })).toEqual({ length: 7 });
      });

      test('the chaincode’s code and details come through, on submit and on evaluate', async () => {
        const refusal = {
          code: 'CHAINCODE_REFUSED',
          chaincodeCode: 'GRANT_UNKNOWN',
          chaincodeDetails: { grantId: 'g1' },
        };
        await expect(channel.submit(counter, 'Refuse', {})).rejects.toMatchObject({
          ...refusal,
          transactionId: expect.stringMatching(/^[0-9a-f]{64}$/),
        });
        await expect(channel.evaluate(counter, 'Refuse', {})).rejects.toMatchObject(refusal);
      });

      test('a transaction that no block holds is unknown, not the ledger away', async () => {
        const transactionId = 'ab'.repeat(32);
        await expect(channel.findTransaction(transactionId)).rejects.toMatchObject({
          code: 'TRANSACTION_UNKNOWN',
          transactionId,
        });
      });

      test('conflicting increments all count once when proposed again', async () => {
        const increments = Array.from({ length: 8 }, () =>
          submitWithRetry(() => channel.submit(counter, 'Increment', { key: 'n' }), { maxProposals: 50 }),
        );
        const values = (await Promise.all(increments)).map(({ result }) => result.value);
        expect(values.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      });

      test('an overtaken read is MVCC_CONFLICT with the transaction that lost', async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 16 }, () => channel.submit(counter, 'Increment', { key: 'hot' })),
        );
        const errors = outcomes.flatMap((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason as LedgerError] : [],
        );
        // Peers that have not come to the same block do not endorse the same: then nothing was sent to be ordered.
        const overtaken = errors.filter(({ code }) => code !== 'ENDORSEMENT_FAILED');
        expect(overtaken.length).toBeGreaterThan(0);
        for (const error of overtaken) {
          expect(error).toMatchObject({ code: 'MVCC_CONFLICT', validationCode: 'MVCC_READ_CONFLICT' });
          expect(error.transactionId).toMatch(/^[0-9a-f]{64}$/);
        }
        const { value } = await channel.evaluate(counter, 'Get', { key: 'hot' });
        expect(Number(value)).toBe(outcomes.length - errors.length);
      });

      test('a committed transaction sent again keeps its first status and changes nothing', async () => {
        const journal = new HoardingJournal();
        using hoarder = connectTo(network, { journal });
        const first = await hoarder.channel(CHANNEL).submit(counter, 'Increment', { key: 'once' });
        await journal.put(journal.all[0] as JournalEntry);
        const [again] = await hoarder.resume();
        expect(again).toMatchObject({
          transactionId: first.transactionId,
          blockNumber: first.blockNumber,
          error: undefined,
        });
        expect(await journal.list()).toEqual([]);
        const after = await channel.submit(counter, 'Put', { key: 'later' });
        const copies = (await blocksThrough(after.blockNumber, first.blockNumber))
          .flatMap((block) => block.transactions)
          .filter((transaction) => transaction.transactionId === first.transactionId);
        expect(copies.filter(({ valid }) => valid)).toHaveLength(1);
        for (const { validationCode } of copies.slice(1)) expect(validationCode).toBe('DUPLICATE_TXID');
        expect(await channel.evaluate(counter, 'Get', { key: 'once' })).toEqual({ value: '1' });
      });
    });

    describe('who is let in', () => {
      test('a member is served at another organisation’s peer', async () => {
        using guest = connectTo(network, { mspId: GUEST_MSP_ID, peerMspIds: { [CHANNEL]: [OTHER_MSP_ID] } });
        const { result, transactionId } = await guest
          .channel(CHANNEL)
          .submit(counter, 'Put', { key: 'guest' });
        expect(result.txId).toBe(transactionId);
      });

      test('a certificate under another organisation’s name is refused', async () => {
        using impostor = connectTo(network, { ...network.connectOptions(MSP_ID), mspId: OTHER_MSP_ID });
        const stranger = impostor.channel(CHANNEL);
        const refused = { code: 'PERMISSION_DENIED', reproposable: false };
        await expect(stranger.submit(counter, 'Put', { key: 'x' })).rejects.toMatchObject(refused);
        await expect(stranger.evaluate(counter, 'Get', { key: 'a' })).rejects.toMatchObject(refused);
        const signal = AbortSignal.timeout(5_000);
        await expect(stranger.blocks({ signal }).next()).rejects.toMatchObject(refused);
        const events = stranger.events(counter, { checkpoint: 'stranger', schemas: counterEvents, signal });
        await expect(events.next()).rejects.toMatchObject(refused);
        expect(await channel.evaluate(counter, 'Get', { key: 'x' })).toEqual({ value: '' });
      });

      test('a channel or peer that the connection does not name is CONFIGURATION', async () => {
        expect(() => ledger.channel('elsewhere')).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
        using nobody = connectTo(network, { peerMspIds: { [CHANNEL]: ['NobodyMSP'] } });
        expect(() => nobody.channel(CHANNEL)).toThrow(expect.objectContaining({ code: 'CONFIGURATION' }));
      });
    });

    describe('blocks', () => {
      test('each names its predecessor’s hash and what its transactions called', async () => {
        const { transactionId, blockNumber } = await channel.submit(counter, 'Put', { key: 'block' });
        const blocks = await blocksThrough(blockNumber);
        for (const [index, block] of blocks.entries()) {
          expect(block.number).toBe(BigInt(index));
          const before = blocks[index - 1];
          if (before) expect(Buffer.from(block.previousHash)).toEqual(Buffer.from(before.hash));
        }
        const found = blocks
          .at(-1)
          ?.transactions.find((transaction) => transaction.transactionId === transactionId);
        expect(found).toMatchObject({
          kind: 'endorser',
          valid: true,
          validationCode: 'VALID',
          chaincode: counter.name,
          functionName: 'Put',
          creatorMspId: MSP_ID,
        });
      });
    });

    describe('events', () => {
      test('what was not acknowledged comes again; what was does not', async () => {
        const checkpoints = new MemoryCheckpoints();
        using reader = connectTo(network, { checkpoints });
        const { blockNumber: startBlock } = await channel.submit(counter, 'Put', { key: 'e0' });
        for (const key of ['e1', 'e2', 'e3']) await channel.submit(counter, 'Put', { key });

        const read = async (count: number, acknowledge: number): Promise<string[]> => {
          const stop = new AbortController();
          const keys: string[] = [];
          const options = { checkpoint: 'test', schemas: counterEvents, signal: stop.signal, startBlock };
          for await (const event of reader.channel(CHANNEL).events(counter, options)) {
            keys.push(event.payload.key);
            if (keys.length <= acknowledge) await event.ack();
            if (keys.length === count) stop.abort();
          }
          return keys;
        };
        expect(await read(3, 2)).toEqual(['e0', 'e1', 'e2']);
        expect(await read(2, 2)).toEqual(['e2', 'e3']);
        await channel.submit(counter, 'Put', { key: 'e4' });
        expect(await read(1, 1)).toEqual(['e4']);
      });
    });
  });
}
