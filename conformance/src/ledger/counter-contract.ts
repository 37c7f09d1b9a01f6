import fabricContractApi, { type Context } from 'fabric-contract-api';
import { ContractError } from '@careledger/contracts';
import { Type, type Static } from 'typebox';

const Key = Type.Object({ key: Type.String() });
const Empty = Type.Object({});

/** The test chaincode as the ledger client sees it. */
export const counter = {
  name: 'records',
  transactions: {
    /** Writes a key blindly and emits `Put`. */
    Put: { kind: 'submit', args: Key, result: Type.Object({ txId: Type.String() }) },
    /** Reads and writes one key: two at a time conflict. */
    Increment: { kind: 'submit', args: Key, result: Type.Object({ value: Type.Integer() }) },
    Get: { kind: 'evaluate', args: Key, result: Type.Object({ value: Type.String() }) },
    /** Length of what the transient map holds as `secret`. */
    Whisper: { kind: 'evaluate', args: Empty, result: Type.Object({ length: Type.Integer() }) },
    Refuse: { kind: 'submit', args: Empty, result: Empty },
  },
} as const;

/** Events of the test chaincode. */
export const counterEvents = { Put: Type.Object({ key: Type.String(), txId: Type.String() }) };

/** The smallest chaincode that shows what the ledger client promises. */
class CounterContract extends fabricContractApi.Contract {
  constructor() {
    super('records');
  }

  async Put(context: Context, json: string): Promise<{ txId: string }> {
    const { key } = read(json);
    const txId = context.stub.getTxID();
    await context.stub.putState(key, Buffer.from(txId));
    context.stub.setEvent('Put', Buffer.from(JSON.stringify({ key, txId })));
    return { txId };
  }

  async Increment(context: Context, json: string): Promise<{ value: number }> {
    const { key } = read(json);
    const value = Number(Buffer.from(await context.stub.getState(key)).toString() || 0) + 1;
    await context.stub.putState(key, Buffer.from(String(value)));
    return { value };
  }

  async Get(context: Context, json: string): Promise<{ value: string }> {
    return { value: Buffer.from(await context.stub.getState(read(json).key)).toString() };
  }

  async Whisper(context: Context): Promise<{ length: number }> {
    return { length: context.stub.getTransient().get('secret')?.length ?? 0 };
  }

  async Refuse(): Promise<never> {
    throw new Error(
      new ContractError('GRANT_UNKNOWN', 'There is no such grant', { grantId: 'g1' }).toMessage(),
    );
  }
}

function read(json: string): Static<typeof Key> {
  return JSON.parse(json) as Static<typeof Key>;
}

export const contracts = [CounterContract];
