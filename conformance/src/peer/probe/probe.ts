import fabricContractApi, { type Context } from 'fabric-contract-api';
import { KeyEndorsementPolicy } from 'fabric-shim';

type StateIterator = Awaited<ReturnType<Context['stub']['getStateByRange']>>;
type Row = readonly [key: string, value: string];

/** Rows of a state iterator, which is closed. */
async function rowsOf(iterator: StateIterator): Promise<Row[]> {
  const rows: Row[] = [];
  for (let row = await iterator.next(); !row.done; row = await iterator.next())
    rows.push([row.value.key, Buffer.from(row.value.value).toString()]);
  await iterator.close();
  return rows;
}

// Texts are returned: what fabric-shim makes of other values depends on its serializer.
const json = (value: unknown): string => JSON.stringify(value);
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

/** A policy of the peers of all these organisations, whose MSP IDs stand between commas. */
function policyFor(mspIds: string): Uint8Array {
  const policy = new KeyEndorsementPolicy();
  policy.addOrgs('PEER', ...mspIds.split(','));
  return policy.getPolicy();
}

/** Whom a key's policy names, as JSON. */
function organizationsOf(policy: Uint8Array | undefined): string {
  return json(policy && policy.length > 0 ? new KeyEndorsementPolicy(policy).listOrgs().sort() : []);
}

/** A chaincode that reaches what a peer offers, one function each. */
export class Probe extends fabricContractApi.Contract {
  constructor() {
    super('probe');
  }

  async put({ stub }: Context, key: string, value: string): Promise<string> {
    await stub.putState(key, Buffer.from(value));
    return value;
  }

  async get({ stub }: Context, key: string): Promise<string> {
    return text(await stub.getState(key));
  }

  async del({ stub }: Context, key: string): Promise<void> {
    await stub.deleteState(key);
  }

  /** Reads and then writes one key: two at a time conflict. */
  async increment({ stub }: Context, key: string): Promise<string> {
    const next = String(Number(text(await stub.getState(key)) || '0') + 1);
    await stub.putState(key, Buffer.from(next));
    return next;
  }

  async putThenGet({ stub }: Context, key: string, value: string): Promise<string> {
    await stub.putState(key, Buffer.from(value));
    return text(await stub.getState(key));
  }

  async putWithEvent({ stub }: Context, key: string, value: string, event: string): Promise<void> {
    await stub.putState(key, Buffer.from(value));
    stub.setEvent(event, Buffer.from(value));
  }

  async fill({ stub }: Context, prefix: string, count: string): Promise<void> {
    for (let i = 0; i < Number(count); i += 1)
      await stub.putState(`${prefix}${String(i).padStart(4, '0')}`, Buffer.from(String(i)));
  }

  async range({ stub }: Context, start: string, end: string): Promise<string> {
    return json(await rowsOf(await stub.getStateByRange(start, end)));
  }

  async page({ stub }: Context, start: string, end: string, size: string, bookmark: string): Promise<string> {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(
      start,
      end,
      Number(size),
      bookmark,
    );
    return json({ rows: await rowsOf(iterator), ...metadata });
  }

  async pageThenPut({ stub }: Context, key: string): Promise<void> {
    const { iterator } = await stub.getStateByRangeWithPagination('', '', 1, '');
    await iterator.close();
    await stub.putState(key, Buffer.from('x'));
  }

  /** Counts a range and writes the count: a row that appears meanwhile is a phantom. */
  async countInto({ stub }: Context, start: string, end: string, key: string): Promise<string> {
    const count = String((await rowsOf(await stub.getStateByRange(start, end))).length);
    await stub.putState(key, Buffer.from(count));
    return count;
  }

  /** Reads only the first row of a range. */
  async firstInto({ stub }: Context, start: string, end: string, key: string): Promise<void> {
    const iterator = await stub.getStateByRange(start, end);
    const row = await iterator.next();
    await iterator.close();
    await stub.putState(key, Buffer.from(row.done ? 'none' : row.value.key));
  }

  async putComposite({ stub }: Context, type: string, a: string, b: string, value: string): Promise<void> {
    await stub.putState(stub.createCompositeKey(type, [a, b]), Buffer.from(value));
  }

  async byPartialComposite({ stub }: Context, type: string, a: string): Promise<string> {
    const rows = await rowsOf(await stub.getStateByPartialCompositeKey(type, [a]));
    return json(rows.map(([key, value]) => [stub.splitCompositeKey(key).attributes, value]));
  }

  async history({ stub }: Context, key: string): Promise<string> {
    const iterator = await stub.getHistoryForKey(key);
    const rows: unknown[] = [];
    for (let row = await iterator.next(); !row.done; row = await iterator.next())
      rows.push({
        txId: row.value.txId,
        value: Buffer.from(row.value.value).toString(),
        isDelete: row.value.isDelete,
      });
    await iterator.close();
    return json(rows);
  }

  async query({ stub }: Context, selector: string): Promise<string> {
    return json(await rowsOf(await stub.getQueryResult(selector)));
  }

  async fail(_ctx: Context, message: string): Promise<void> {
    throw new Error(message);
  }

  async putThenFail({ stub }: Context, key: string): Promise<void> {
    await stub.putState(key, Buffer.from('never'));
    throw new Error('changed my mind');
  }

  /** Gives every organisation another answer. */
  async random({ stub }: Context, key: string): Promise<void> {
    await stub.putState(key, Buffer.from(String(Math.random())));
  }

  async whoAmI({ clientIdentity }: Context): Promise<string> {
    return json({
      mspId: clientIdentity.getMSPID(),
      enrol: clientIdentity.getAttributeValue('careledger.enrol'),
    });
  }

  async transientLength({ stub }: Context, name: string): Promise<string> {
    return String(stub.getTransient().get(name)?.length ?? -1);
  }

  async call({ stub }: Context, name: string, channel: string, argsJson: string): Promise<string> {
    const answer = await stub.invokeChaincode(name, JSON.parse(argsJson) as string[], channel);
    return json({ status: answer.status, message: answer.message, payload: text(answer.payload) });
  }

  async putPrivate({ stub }: Context, collection: string, key: string): Promise<void> {
    await stub.putPrivateData(collection, key, Buffer.from(stub.getTransient().get('value') ?? []));
  }

  async getPrivate({ stub }: Context, collection: string, key: string): Promise<string> {
    return text(await stub.getPrivateData(collection, key));
  }

  async copyPrivate({ stub }: Context, collection: string, from: string, to: string): Promise<void> {
    await stub.putPrivateData(collection, to, Buffer.from(await stub.getPrivateData(collection, from)));
  }

  async delPrivate({ stub }: Context, collection: string, key: string): Promise<void> {
    await stub.deletePrivateData(collection, key);
  }

  async purgePrivate({ stub }: Context, collection: string, key: string): Promise<void> {
    await stub.purgePrivateData(collection, key);
  }

  async privateHash({ stub }: Context, collection: string, key: string): Promise<string> {
    return Buffer.from(await stub.getPrivateDataHash(collection, key)).toString('base64');
  }

  async privateRange({ stub }: Context, collection: string, start: string, end: string): Promise<string> {
    const found: unknown = await stub.getPrivateDataByRange(collection, start, end);
    // The shim wraps this iterator, other than its types say.
    return json(await rowsOf((found as { iterator: StateIterator }).iterator));
  }

  /** Writes what it read of a private key's hash. */
  async hashInto({ stub }: Context, collection: string, key: string, to: string): Promise<void> {
    await stub.putState(to, Buffer.from(await stub.getPrivateDataHash(collection, key)));
  }

  async protectPrivate({ stub }: Context, collection: string, key: string, mspIds: string): Promise<void> {
    await stub.setPrivateDataValidationParameter(collection, key, policyFor(mspIds));
  }

  async privatePolicyOf({ stub }: Context, collection: string, key: string): Promise<string> {
    return organizationsOf(await stub.getPrivateDataValidationParameter(collection, key));
  }

  /** Gives a key an endorsement policy of its own: the peers of all these organisations. */
  async protect({ stub }: Context, key: string, mspIds: string): Promise<void> {
    await stub.setStateValidationParameter(key, policyFor(mspIds));
  }

  async policyOf({ stub }: Context, key: string): Promise<string> {
    return organizationsOf(await stub.getStateValidationParameter(key));
  }
}

export const contracts = [Probe];
