import { Buffer } from 'node:buffer';
import { Contract } from 'fabric-contract-api';
import type { Context } from 'fabric-contract-api';
import { KeyEndorsementPolicy } from 'fabric-shim';

type StateIterator = Awaited<ReturnType<Context['stub']['getStateByRange']>>;
type Row = readonly [key: string, value: string];

/** Rows of a state iterator, which is closed. */
async function rowsOf(iterator: StateIterator): Promise<Row[]> {
  const rows: Row[] = [];
  for (let row = await iterator.next(); !row.done; row = await iterator.next()) {
    rows.push([row.value.key, row.value.value.toString()]);
  }
  await iterator.close();
  return rows;
}

// Texts are returned: what fabric-shim makes of other values depends on its serializer.
const json = (value: unknown): string => JSON.stringify(value);

/** A chaincode that lets tests reach everything a peer offers. */
export class Probe extends Contract {
  constructor() {
    super('probe');
  }

  async put(ctx: Context, key: string, value: string): Promise<string> {
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }

  async get(ctx: Context, key: string): Promise<string> {
    return (await ctx.stub.getState(key)).toString();
  }

  async del(ctx: Context, key: string): Promise<void> {
    await ctx.stub.deleteState(key);
  }

  /** Reads and then writes one key: two at a time conflict. */
  async increment(ctx: Context, key: string): Promise<string> {
    const next = Number((await ctx.stub.getState(key)).toString() || '0') + 1;
    await ctx.stub.putState(key, Buffer.from(String(next)));
    return String(next);
  }

  async putThenGet(ctx: Context, key: string, value: string): Promise<string> {
    await ctx.stub.putState(key, Buffer.from(value));
    return (await ctx.stub.getState(key)).toString();
  }

  async putWithEvent(ctx: Context, key: string, value: string, event: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(value));
    ctx.stub.setEvent(event, Buffer.from(value));
  }

  async fill(ctx: Context, prefix: string, count: string): Promise<void> {
    for (let i = 0; i < Number(count); i += 1) {
      await ctx.stub.putState(`${prefix}${String(i).padStart(4, '0')}`, Buffer.from(String(i)));
    }
  }

  async range(ctx: Context, start: string, end: string): Promise<string> {
    return json(await rowsOf(await ctx.stub.getStateByRange(start, end)));
  }

  /** @param pageJson `{size, bookmark}` */
  async page(ctx: Context, start: string, end: string, pageJson: string): Promise<string> {
    const { size, bookmark } = JSON.parse(pageJson) as { size: number; bookmark: string };
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(start, end, size, bookmark);
    return json({
      rows: await rowsOf(iterator),
      bookmark: metadata.bookmark,
      count: metadata.fetchedRecordsCount,
    });
  }

  async pageThenPut(ctx: Context, key: string): Promise<void> {
    const { iterator } = await ctx.stub.getStateByRangeWithPagination('', '', 1, '');
    await iterator.close();
    await ctx.stub.putState(key, Buffer.from('x'));
  }

  /** Counts a range and writes the count: a row that appears meanwhile is a phantom. */
  async countInto(ctx: Context, start: string, end: string, key: string): Promise<string> {
    const rows = await rowsOf(await ctx.stub.getStateByRange(start, end));
    await ctx.stub.putState(key, Buffer.from(String(rows.length)));
    return String(rows.length);
  }

  /** Reads only the first row of a range. */
  async firstInto(ctx: Context, start: string, end: string, key: string): Promise<void> {
    const iterator = await ctx.stub.getStateByRange(start, end);
    const row = await iterator.next();
    await iterator.close();
    await ctx.stub.putState(key, Buffer.from(row.done ? 'none' : row.value.key));
  }

  /** @param attributesJson the parts of the key */
  async putComposite(ctx: Context, type: string, attributesJson: string, value: string): Promise<void> {
    const attributes = JSON.parse(attributesJson) as string[];
    await ctx.stub.putState(ctx.stub.createCompositeKey(type, attributes), Buffer.from(value));
  }

  async byPartialComposite(ctx: Context, type: string, a: string): Promise<string> {
    const rows = await rowsOf(await ctx.stub.getStateByPartialCompositeKey(type, [a]));
    return json(rows.map(([key, value]) => [ctx.stub.splitCompositeKey(key).attributes, value]));
  }

  async history(ctx: Context, key: string): Promise<string> {
    const iterator = await ctx.stub.getHistoryForKey(key);
    const rows: unknown[] = [];
    for (let row = await iterator.next(); !row.done; row = await iterator.next()) {
      const { txId, value, isDelete } = row.value;
      rows.push({ txId, value: value.toString(), isDelete });
    }
    await iterator.close();
    return json(rows);
  }

  async query(ctx: Context, selector: string): Promise<string> {
    return json(await rowsOf(await ctx.stub.getQueryResult(selector)));
  }

  async fail(_ctx: Context, message: string): Promise<void> {
    throw new Error(message);
  }

  async putThenFail(ctx: Context, key: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from('never'));
    throw new Error('changed my mind');
  }

  /** Gives every organisation another answer. */
  async random(ctx: Context, key: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(String(Math.random())));
  }

  async whoAmI(ctx: Context): Promise<string> {
    const { clientIdentity } = ctx;
    return json({
      mspId: clientIdentity.getMSPID(),
      id: clientIdentity.getID(),
      enrol: clientIdentity.getAttributeValue('careledger.enrol'),
    });
  }

  async timestamp(ctx: Context): Promise<string> {
    const { seconds } = ctx.stub.getTxTimestamp();
    return String(seconds);
  }

  async call(ctx: Context, name: string, channel: string, argsJson: string): Promise<string> {
    const args = JSON.parse(argsJson) as string[];
    const response = await ctx.stub.invokeChaincode(name, args, channel);
    const payload = Buffer.from(response.payload ?? []).toString('utf8');
    return json({ status: response.status, message: response.message, payload });
  }

  async putPrivate(ctx: Context, collection: string, key: string): Promise<void> {
    const value = ctx.stub.getTransient().get('value');
    await ctx.stub.putPrivateData(collection, key, Buffer.from(value ?? []));
  }

  async getPrivate(ctx: Context, collection: string, key: string): Promise<string> {
    return (await ctx.stub.getPrivateData(collection, key)).toString();
  }

  async copyPrivate(ctx: Context, collection: string, from: string, to: string): Promise<void> {
    await ctx.stub.putPrivateData(
      collection,
      to,
      Buffer.from(await ctx.stub.getPrivateData(collection, from)),
    );
  }

  async delPrivate(ctx: Context, collection: string, key: string): Promise<void> {
    await ctx.stub.deletePrivateData(collection, key);
  }

  async purgePrivate(ctx: Context, collection: string, key: string): Promise<void> {
    await ctx.stub.purgePrivateData(collection, key);
  }

  async privateHash(ctx: Context, collection: string, key: string): Promise<string> {
    return Buffer.from(await ctx.stub.getPrivateDataHash(collection, key)).toString('hex');
  }

  async privateRange(ctx: Context, collection: string, start: string, end: string): Promise<string> {
    const found: unknown = await ctx.stub.getPrivateDataByRange(collection, start, end);
    // The shim wraps this iterator, other than its types say.
    return json(await rowsOf((found as { iterator: StateIterator }).iterator));
  }

  /** Gives a key an endorsement policy of its own: the peers of these organisations. */
  async protect(ctx: Context, key: string, mspIdsText: string): Promise<void> {
    const mspIds = mspIdsText.split(',');
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await ctx.stub.setStateValidationParameter(key, policy.getPolicy());
  }

  async policyOf(ctx: Context, key: string): Promise<string> {
    const bytes = await ctx.stub.getStateValidationParameter(key);
    return bytes && bytes.length > 0 ? json(new KeyEndorsementPolicy(bytes).listOrgs()) : '[]';
  }

  /** Whose peer runs it, by the shim and by the environment, before and after the peer was asked for something. */
  async peerMspIds(ctx: Context): Promise<string> {
    const before = ctx.stub.getMspID();
    await ctx.stub.getState('nothing');
    const { CORE_PEER_LOCALMSPID: inEnvironment, ...others } = process.env;
    return json([before, ctx.stub.getMspID(), inEnvironment, 'PATH' in others]);
  }

  /** Ends the process that runs it. */
  async crash(): Promise<void> {
    process.exit(3);
  }
}

/** What the devnet's host, and fabric-shim's command, look for. */
export const contracts = [Probe];
