import { ledger } from '@hyperledger/fabric-protos';
import { parseTransaction } from '../block/parsed-transaction.js';
import { PeerRefusal } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { StateSnapshot } from '../state/index-store.js';
import type { QueryRow, RowSource } from './range-scan.js';

const { KeyModification } = ledger.queryresult;

/** The values a key has had, newest first, read from the blocks. */
export class HistoryScan implements RowSource {
  readonly #positions: AsyncGenerator<{ block: number; tx: number }>;
  readonly #chain: Ledger;
  readonly #namespace: string;
  readonly #key: string;

  constructor(chain: Ledger, snapshot: StateSnapshot, namespace: string, key: string) {
    this.#chain = chain;
    this.#namespace = namespace;
    this.#key = key;
    this.#positions = snapshot.history(namespace, key);
  }

  async next(): Promise<QueryRow | undefined> {
    const { done, value: position } = await this.#positions.next();
    if (done) return undefined;
    const block = await this.#chain.block(position.block);
    const envelope = block?.envelopes[position.tx];
    const transaction = envelope && parseTransaction(envelope);
    const set = transaction?.rwSet?.find((each) => each.namespace === this.#namespace);
    const write = set?.writes.find((each) => each.key === this.#key);
    if (!transaction || !write) {
      throw new PeerRefusal(
        `no namespace or key is found for namespace ${this.#namespace} and key ${this.#key} with decoded blockNum ${position.block} and tranNum ${position.tx}`,
      );
    }
    const row = new KeyModification();
    row.setTxId(transaction.txId);
    row.setValue(write.value);
    row.setTimestamp(transaction.headers?.channelHeader.getTimestamp());
    row.setIsDelete(write.isDelete);
    return row.serializeBinary();
  }

  bookmark(): Promise<string> {
    return Promise.resolve('');
  }

  async close(): Promise<void> {
    await this.#positions.return(undefined);
  }
}
