import type { ChaincodeStub } from 'fabric-shim-api';
import { ChaincodeMessageHandler, type ShimHandler, type ShimStub } from 'fabric-shim/lib/handler.js';
import {
  PEER_MESSAGES,
  peerOfferOf,
  readsMessage,
  valuesOf,
  writesMessage,
  type PeerOffer,
  type StateWrite,
} from './peer-messages.js';

const NOTHING = new Uint8Array();
const NO_OFFER: PeerOffer = { readsMax: 0, writesMax: 0 };
const offers = new WeakMap<ShimHandler, PeerOffer>();
let isListening = false;

/**
 * From now on it is noted of each chat with a peer how many keys that takes in one message: it says so once, when the chat
 * begins, and fabric-shim does not look.
 */
export function listenForOffers(): void {
  if (isListening) return;
  isListening = true;
  const { chat } = ChaincodeMessageHandler.prototype;
  ChaincodeMessageHandler.prototype.chat = function (this: ShimHandler, greeting: unknown) {
    this._stream.on('data', (message) => {
      if (message.getType() === PEER_MESSAGES.ready) offers.set(this, peerOfferOf(message.getPayload_asU8()));
    });
    chat.call(this, greeting);
  };
}

/**
 * Reads keys, in few messages where the peer takes many keys in one. The read set is the same as of reading them one by one.
 * @returns in their order; one without bytes is not there
 */
export async function readMany(stub: ChaincodeStub, keys: readonly string[]): Promise<Uint8Array[]> {
  const { readsMax } = offerTo(stub);
  if (readsMax === 0 || keys.length < 2) return Promise.all(keys.map((key) => stub.getState(key)));
  const values: Uint8Array[] = [];
  for (const some of inParts(keys, readsMax)) {
    const read = valuesOf(await ask(stub, PEER_MESSAGES.getStateMultiple, readsMessage(some)));
    if (read.length !== some.length)
      throw new Error(`The peer was asked for ${some.length} keys and answered ${read.length}.`);
    values.push(...read);
  }
  return values;
}

/** Writes in their order, in few messages where the peer takes many in one. */
export async function writeMany(stub: ChaincodeStub, writes: readonly StateWrite[]): Promise<void> {
  const { writesMax } = offerTo(stub);
  if (writesMax === 0) {
    await Promise.all(
      writes.map(({ key, value }) =>
        value === undefined ? stub.deleteState(key) : stub.putState(key, value),
      ),
    );
    return;
  }
  for (const some of inParts(writes, writesMax))
    await ask(stub, PEER_MESSAGES.writeBatchState, writesMessage(some));
}

/** The stub of fabric-shim has its chat with the peer, which its types do not say; one of a test may have none. */
const chatOf = (stub: ChaincodeStub): Partial<ShimStub> => stub as Partial<ShimStub>;

function offerTo(stub: ChaincodeStub): PeerOffer {
  const { handler } = chatOf(stub);
  return (handler && offers.get(handler)) ?? NO_OFFER;
}

/**
 * Sends a message of a type that fabric-shim does not know, and waits for the answer's payload. The shim makes and matches no
 * messages but its own: one of those is made into this on its way. @throws Error that the peer answers
 */
function ask(stub: ChaincodeStub, type: number, payload: Uint8Array): Promise<Uint8Array> {
  const { handler } = chatOf(stub);
  if (handler === undefined) throw new Error('This stub has no chat with a peer.');
  const send: ShimHandler['_askPeerAndListen'] = (message, method) => {
    message.setType(type);
    message.setPayload(payload);
    return handler._askPeerAndListen(message, method);
  };
  const changing = Object.create(handler, { _askPeerAndListen: { value: send } }) as ShimHandler;
  return changing.handlePutState('', '', NOTHING, stub.getChannelID(), stub.getTxID());
}

function* inParts<T>(all: readonly T[], most: number): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += most) yield all.slice(start, start + most);
}
