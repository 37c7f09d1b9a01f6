'use strict';
// A chaincode that lets the tests reach everything a peer offers. CommonJS, as most Node chaincode is.
const { Contract } = require('fabric-contract-api');

async function rowsOf(iterator) {
  const rows = [];
  for (let row = await iterator.next(); !row.done; row = await iterator.next()) {
    rows.push([row.value.key, row.value.value.toString()]);
  }
  await iterator.close();
  return rows;
}

// Texts are returned: what fabric-shim makes of other values depends on its serializer.
const json = (value) => JSON.stringify(value);

class Probe extends Contract {
  constructor() {
    super('probe');
  }

  async put(ctx, key, value) {
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }

  async get(ctx, key) {
    return (await ctx.stub.getState(key)).toString();
  }

  async del(ctx, key) {
    await ctx.stub.deleteState(key);
  }

  /** Reads and then writes one key: two at a time conflict. */
  async increment(ctx, key) {
    const next = Number((await ctx.stub.getState(key)).toString() || '0') + 1;
    await ctx.stub.putState(key, Buffer.from(String(next)));
    return String(next);
  }

  async putThenGet(ctx, key, value) {
    await ctx.stub.putState(key, Buffer.from(value));
    return (await ctx.stub.getState(key)).toString();
  }

  async putWithEvent(ctx, key, value, event) {
    await ctx.stub.putState(key, Buffer.from(value));
    ctx.stub.setEvent(event, Buffer.from(value));
  }

  async fill(ctx, prefix, count) {
    for (let i = 0; i < Number(count); i += 1) {
      await ctx.stub.putState(`${prefix}${String(i).padStart(4, '0')}`, Buffer.from(String(i)));
    }
  }

  async range(ctx, start, end) {
    return json(await rowsOf(await ctx.stub.getStateByRange(start, end)));
  }

  async page(ctx, start, end, size, bookmark) {
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(
      start,
      end,
      Number(size),
      bookmark,
    );
    return json({
      rows: await rowsOf(iterator),
      bookmark: metadata.bookmark,
      count: metadata.fetchedRecordsCount,
    });
  }

  async pageThenPut(ctx, key) {
    const { iterator } = await ctx.stub.getStateByRangeWithPagination('', '', 1, '');
    await iterator.close();
    await ctx.stub.putState(key, Buffer.from('x'));
  }

  /** Counts a range and writes the count: a row that appears meanwhile is a phantom. */
  async countInto(ctx, start, end, key) {
    const rows = await rowsOf(await ctx.stub.getStateByRange(start, end));
    await ctx.stub.putState(key, Buffer.from(String(rows.length)));
    return String(rows.length);
  }

  /** Reads only the first row of a range. */
  async firstInto(ctx, start, end, key) {
    const iterator = await ctx.stub.getStateByRange(start, end);
    const row = await iterator.next();
    await iterator.close();
    await ctx.stub.putState(key, Buffer.from(row.done ? 'none' : row.value.key));
  }

  async putComposite(ctx, type, a, b, value) {
    await ctx.stub.putState(ctx.stub.createCompositeKey(type, [a, b]), Buffer.from(value));
  }

  async byPartialComposite(ctx, type, a) {
    const rows = await rowsOf(await ctx.stub.getStateByPartialCompositeKey(type, [a]));
    return json(rows.map(([key, value]) => [ctx.stub.splitCompositeKey(key).attributes, value]));
  }

  async history(ctx, key) {
    const iterator = await ctx.stub.getHistoryForKey(key);
    const rows = [];
    for (let row = await iterator.next(); !row.done; row = await iterator.next()) {
      const { txId, value, isDelete } = row.value;
      rows.push({ txId, value: value.toString(), isDelete });
    }
    await iterator.close();
    return json(rows);
  }

  async query(ctx, selector) {
    return json(await rowsOf(await ctx.stub.getQueryResult(selector)));
  }

  async fail(_ctx, message) {
    throw new Error(message);
  }

  async putThenFail(ctx, key) {
    await ctx.stub.putState(key, Buffer.from('never'));
    throw new Error('changed my mind');
  }

  /** Gives every organisation another answer. */
  async random(ctx, key) {
    await ctx.stub.putState(key, Buffer.from(String(Math.random())));
  }

  async whoAmI(ctx) {
    const { clientIdentity } = ctx;
    return json({
      mspId: clientIdentity.getMSPID(),
      id: clientIdentity.getID(),
      enrol: clientIdentity.getAttributeValue('careledger.enrol'),
    });
  }

  async timestamp(ctx) {
    const { seconds } = ctx.stub.getTxTimestamp();
    return String(seconds);
  }

  async call(ctx, name, channel, argsJson) {
    const args = JSON.parse(argsJson);
    const response = await ctx.stub.invokeChaincode(name, args, channel);
    return json({ status: response.status, message: response.message, payload: response.payload.toString() });
  }

  async putPrivate(ctx, collection, key) {
    const value = ctx.stub.getTransient().get('value');
    await ctx.stub.putPrivateData(collection, key, Buffer.from(value));
  }

  async getPrivate(ctx, collection, key) {
    return (await ctx.stub.getPrivateData(collection, key)).toString();
  }

  async copyPrivate(ctx, collection, from, to) {
    await ctx.stub.putPrivateData(
      collection,
      to,
      Buffer.from(await ctx.stub.getPrivateData(collection, from)),
    );
  }

  async delPrivate(ctx, collection, key) {
    await ctx.stub.deletePrivateData(collection, key);
  }

  async purgePrivate(ctx, collection, key) {
    await ctx.stub.purgePrivateData(collection, key);
  }

  async privateHash(ctx, collection, key) {
    return Buffer.from(await ctx.stub.getPrivateDataHash(collection, key)).toString('hex');
  }

  async privateRange(ctx, collection, start, end) {
    const rows = [];
    const { iterator } = await ctx.stub.getPrivateDataByRange(collection, start, end);
    for (let row = await iterator.next(); !row.done; row = await iterator.next()) {
      rows.push([row.value.key, row.value.value.toString()]);
    }
    await iterator.close();
    return json(rows);
  }

  /** Gives a key an endorsement policy of its own: the peers of these organisations. */
  async protect(ctx, key, mspIdsText) {
    const mspIds = mspIdsText.split(',');
    const { KeyEndorsementPolicy } = require('fabric-shim');
    const policy = new KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await ctx.stub.setStateValidationParameter(key, policy.getPolicy());
  }

  async policyOf(ctx, key) {
    const { KeyEndorsementPolicy } = require('fabric-shim');
    const bytes = await ctx.stub.getStateValidationParameter(key);
    return bytes && bytes.length > 0 ? json(new KeyEndorsementPolicy(bytes).listOrgs()) : '[]';
  }

  /** Ends the process that runs it. */
  async crash() {
    process.exit(3);
  }
}

module.exports.contracts = [Probe];
