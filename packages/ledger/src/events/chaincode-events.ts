import type { Network } from '@hyperledger/fabric-gateway';
import type { Static, TSchema } from 'typebox';
import { decodeJson } from '../codec.js';
import type { Checkpoint, CheckpointStore } from '../ports.js';
import { reconnecting, type ReadOptions } from './reconnect.js';

/** Event names with the schema of their payload. */
export type EventSchemas = Readonly<Record<string, TSchema>>;

/** A chaincode event of a VALID transaction, discriminated by `name`. */
export type LedgerEvent<E extends EventSchemas> = {
  [N in keyof E & string]: {
    readonly name: N;
    readonly payload: Static<E[N]>;
    readonly blockNumber: bigint;
    readonly transactionId: string;
    /** This event and all before it are processed: a restart goes on after it. */
    ack(): Promise<void>;
  };
}[keyof E & string];

export interface EventOptions<E extends EventSchemas> extends ReadOptions {
  /** Names the durable checkpoint: one per reader and purpose, and of one chaincode on one channel. */
  readonly checkpoint: string;
  /** Events of other names are passed over. */
  readonly schemas: E;
  /** Where a reader without a checkpoint begins; default 0, so that nothing is missed. */
  readonly startBlock?: bigint;
}

/** Of which stream each checkpoint is. */
const claimed = new WeakMap<CheckpointStore, Map<string, string>>();

/**
 * How far one stream has been read says nothing of another one: a checkpoint that two share would pass over events.
 * @throws Error where another stream has this checkpoint
 */
function claim(checkpoints: CheckpointStore, name: string, what: string): void {
  const names = claimed.get(checkpoints) ?? new Map<string, string>();
  claimed.set(checkpoints, names);
  const other = names.get(name) ?? what;
  if (other !== what) throw new Error(`The checkpoint ${name} is that of: ${other}. Not of: ${what}`);
  names.set(name, what);
}

/**
 * Every event of a chaincode, in order, from the checkpoint on: at least once, since what was not
 * acknowledged before a crash comes again. Reconnects by itself; ends when the signal aborts.
 */
export async function* readChaincodeEvents<E extends EventSchemas>(
  network: () => Network,
  chaincode: string,
  checkpoints: CheckpointStore,
  options: EventOptions<E>,
): AsyncGenerator<LedgerEvent<E>, void, undefined> {
  const { checkpoint: name, schemas, startBlock = 0n } = options;
  const what = `Events of ${chaincode} on ${network().getName()}`;
  claim(checkpoints, name, what);
  let position: Checkpoint = (await checkpoints.load(name)) ?? {
    blockNumber: startBlock,
    transactionId: undefined,
  };
  const open = () =>
    network().getChaincodeEvents(chaincode, {
      startBlock,
      checkpoint: {
        getBlockNumber: () => position.blockNumber,
        getTransactionId: () => position.transactionId,
      },
    });
  for await (const event of reconnecting(what, open, options)) {
    const { blockNumber, transactionId, eventName } = event;
    const here: Checkpoint = { blockNumber, transactionId };
    position = here;
    const schema = Object.hasOwn(schemas, eventName) ? schemas[eventName] : undefined;
    if (!schema) continue;
    yield {
      name: eventName,
      payload: decodeJson(schema, event.payload, `Event ${eventName} of ${chaincode}`),
      blockNumber,
      transactionId,
      ack: () => checkpoints.save(name, here),
    } as LedgerEvent<E>;
  }
}
