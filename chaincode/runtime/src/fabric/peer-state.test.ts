import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { Shim } from 'fabric-shim';
import protobuf from 'google-protobuf';
import { KeyFamily } from '../state/key.js';
import { listenForOffers } from './peer-state.js';
import { StubState } from './stub-state.js';

const things = new KeyFamily<{ readonly n: number }>('thing', ['name']);
const thing = (name: string) => things.at(name);

/** Types of messages, and of records of a batch (fabric-protos peer/chaincode_shim.proto). */
const TYPE = {
  ...{ register: 1, registered: 2, ready: 4, transaction: 5, completed: 6, getState: 8, putState: 9 },
  ...{ delState: 10, response: 13, writeBatch: 24, getMultiple: 25 },
} as const;

interface Message {
  getType(): number;
  getPayload_asU8(): Uint8Array;
  setType(type: number): void;
  setPayload(payload: Uint8Array): void;
  setTxid(id: string): void;
  setChannelId(id: string): void;
}

/** Fields of a message whose fields are strings, bytes and small numbers, in their order. */
function fieldsOf(payload: Uint8Array): { readonly number: number; readonly bytes: Uint8Array }[] {
  const reader = new protobuf.BinaryReader(payload);
  const fields: { number: number; bytes: Uint8Array }[] = [];
  while (reader.nextField()) {
    const number = reader.getFieldNumber();
    const isBytes = reader.getWireType() === 2;
    fields.push({ number, bytes: isBytes ? reader.readBytes() : Uint8Array.of(reader.readUint32()) });
  }
  return fields;
}
const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
const keyAndValue = (payload: Uint8Array): [string, Uint8Array | undefined] => {
  const fields = fieldsOf(payload);
  const at = (wanted: number) => fields.find(({ number }) => number === wanted)?.bytes;
  return [textOf(at(1)), at(2)];
};

const compositeOf = (name: string): string => `\0thing\0${name}\0`;

/** The other half of a chat with fabric-shim: a peer that keeps a state, takes so many keys in a message, and counts. */
class TestPeer extends EventEmitter {
  readonly state = new Map<string, Uint8Array>();
  /** Types of the messages of a transaction. */
  readonly asked: number[] = [];
  readonly #keysMax: number;
  readonly #completed = Promise.withResolvers<void>();
  #Message!: new () => Message;

  private constructor(keysMax: number) {
    super();
    this.#keysMax = keysMax;
  }

  /** Runs one transaction on things 0 to 4. @param keysMax 0: a peer that is older than those messages */
  static async run(keysMax: number, act: (state: StubState) => Promise<void>): Promise<TestPeer> {
    listenForOffers();
    const peer = new TestPeer(keysMax);
    for (let n = 0; n < 5; n += 1) peer.state.set(compositeOf(String(n)), Buffer.from(JSON.stringify({ n })));
    const Invoke = async (stub: ConstructorParameters<typeof StubState>[0]) => {
      const state = new StubState(stub);
      await act(state);
      await state.flush();
      return Shim.success();
    };
    const options = { ccid: 'things:1', address: 'unused' } as Parameters<typeof Shim.server>[1];
    const server = Shim.server({ Init: Invoke, Invoke } as never, options) as unknown as {
      connect(stream: TestPeer): void;
    };
    server.connect(peer);
    await peer.#completed.promise;
    return peer;
  }

  write(message: Message): void {
    const type = message.getType();
    if (type === TYPE.register) {
      this.#Message = message.constructor as new () => Message;
      this.#say(TYPE.registered);
      this.#say(TYPE.ready, this.#offer());
      this.#say(TYPE.transaction);
    } else if (type === TYPE.completed) this.#completed.resolve();
    else {
      this.asked.push(type);
      this.#say(TYPE.response, this.#answer(type, message.getPayload_asU8()));
    }
  }

  end(): void {}

  #say(type: number, payload: Uint8Array = new Uint8Array()): void {
    const message = new this.#Message();
    message.setType(type);
    message.setPayload(payload);
    message.setTxid('tx');
    message.setChannelId('cloud');
    queueMicrotask(() => this.emit('data', message));
  }

  #offer(): Uint8Array {
    const writer = new protobuf.BinaryWriter();
    if (this.#keysMax > 0) for (const field of [1, 3]) writer.writeBool(field, true);
    if (this.#keysMax > 0) for (const field of [2, 4]) writer.writeUint32(field, this.#keysMax);
    return writer.getResultBuffer();
  }

  #answer(type: number, payload: Uint8Array): Uint8Array {
    const nothing = new Uint8Array();
    const [key, value] = keyAndValue(payload);
    if (type === TYPE.getState) return this.state.get(key) ?? nothing;
    if (type === TYPE.putState) this.state.set(key, value ?? nothing);
    else if (type === TYPE.delState) this.state.delete(key);
    else if (type === TYPE.writeBatch) {
      for (const { bytes } of fieldsOf(payload)) this.#writeRecord(bytes);
    } else if (type === TYPE.getMultiple) {
      const writer = new protobuf.BinaryWriter();
      for (const { bytes } of fieldsOf(payload))
        writer.writeBytes(1, this.state.get(textOf(bytes)) ?? nothing);
      return writer.getResultBuffer();
    }
    return nothing;
  }

  #writeRecord(record: Uint8Array): void {
    const [key, value] = keyAndValue(record);
    const kind = fieldsOf(record).find(({ number }) => number === 5)?.bytes[0];
    if (kind === TYPE.putState) this.state.set(key, value ?? new Uint8Array());
    else if (kind === TYPE.delState) this.state.delete(key);
  }
}

const NAMES = ['0', '1', '2', '3', '4', 'gone'];

/** Reads all, of which one is not there, writes three, deletes two. */
async function readAndWrite(state: StubState): Promise<void> {
  await state.readAhead(NAMES.map(thing));
  const found = await Promise.all(NAMES.map((name) => state.get(thing(name))));
  expect(found).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, undefined]);
  for (const name of ['2', 'new', 'newer']) state.put(thing(name), { n: 10 });
  for (const name of ['0', '1']) state.delete(thing(name));
  // Not its own writes.
  expect(await state.get(thing('2'))).toEqual({ n: 2 });
}

const WRITTEN = ['2', '3', '4', 'new', 'newer'].map(compositeOf);

test('a peer that takes many keys in a message is asked once for all reads and once for all writes', async () => {
  const peer = await TestPeer.run(1_000, readAndWrite);
  expect(peer.asked).toEqual([TYPE.getMultiple, TYPE.writeBatch]);
  expect([...peer.state.keys()].sort()).toEqual(WRITTEN);
});

test('no message has more keys than the peer takes', async () => {
  const peer = await TestPeer.run(4, readAndWrite);
  expect(peer.asked).toEqual([TYPE.getMultiple, TYPE.getMultiple, TYPE.writeBatch, TYPE.writeBatch]);
  expect([...peer.state.keys()].sort()).toEqual(WRITTEN);
});

test('an older peer gets a message for each key, and reads and writes the same', async () => {
  const peer = await TestPeer.run(0, readAndWrite);
  const each = (type: number, count: number) => Array.from({ length: count }, () => type);
  expect(peer.asked).toEqual([
    ...each(TYPE.getState, 6),
    ...each(TYPE.putState, 3),
    ...each(TYPE.delState, 2),
  ]);
  expect([...peer.state.keys()].sort()).toEqual(WRITTEN);
});

test('a key is asked for once, however often it is read', async () => {
  const peer = await TestPeer.run(1_000, async (state) => {
    for (let time = 0; time < 3; time += 1) expect(await state.get(thing('3'))).toEqual({ n: 3 });
    await state.readAhead([thing('3'), thing('4'), thing('4')]);
    expect(await state.get(thing('4'))).toEqual({ n: 4 });
  });
  expect(peer.asked).toEqual([TYPE.getState, TYPE.getState]);
});
