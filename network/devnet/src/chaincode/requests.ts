import { peer } from '@hyperledger/fabric-protos';
import { PeerRefusal } from '../errors.js';
import { HistoryScan } from '../simulate/history.js';
import { asBuffer } from '../wire/bytes.js';
import { privateRangeSource, rangeSource } from './query-iterators.js';
import type { TransactionContext } from './transaction-context.js';

/** Answers one request of a chaincode; the result is the payload of the RESPONSE. */
type RequestHandler = (payload: Uint8Array, context: TransactionContext) => Promise<Uint8Array> | Uint8Array;

const NOTHING = new Uint8Array();
const { Type } = peer.ChaincodeMessage;

/** Refuses a creator who is not among a collection's members, where the collection is for members only. */
function checkAccess(context: TransactionContext, collection: string, mode: 'read' | 'write'): void {
  const definition = context.simulator.collection(context.namespace, collection);
  const membersOnly = mode === 'read' ? definition.memberOnlyRead : definition.memberOnlyWrite;
  if (!membersOnly || definition.members.includes(context.proposal.creator.mspId)) return;
  throw new PeerRefusal(
    `tx creator does not have ${mode} access permission on privatedata in chaincodeName:${context.namespace} collectionName: ${collection}`,
  );
}

function getState(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.GetState.deserializeBinary(payload);
  const collection = request.getCollection();
  if (collection === '') return context.simulator.getState(context.namespace, request.getKey());
  checkAccess(context, collection, 'read');
  return context.simulator.getPrivate(context.namespace, collection, request.getKey());
}

function getStateMultiple(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.GetStateMultiple.deserializeBinary(payload);
  const { simulator, namespace } = context;
  const collection = request.getCollection();
  if (collection !== '') checkAccess(context, collection, 'read');
  const result = new peer.GetStateMultipleResult();
  result.setValuesList(
    request
      .getKeysList()
      .map((key) =>
        collection === ''
          ? simulator.getState(namespace, key)
          : simulator.getPrivate(namespace, collection, key),
      ),
  );
  return result.serializeBinary();
}

function getPrivateDataHash(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.GetState.deserializeBinary(payload);
  return context.simulator.getPrivateHash(context.namespace, request.getCollection(), request.getKey());
}

function write(context: TransactionContext, collection: string, key: string, value: Buffer): void {
  if (collection === '') {
    context.simulator.putState(context.namespace, key, value);
    return;
  }
  checkAccess(context, collection, 'write');
  context.simulator.putPrivate(context.namespace, collection, key, value);
}

function putState(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.PutState.deserializeBinary(payload);
  write(context, request.getCollection(), request.getKey(), asBuffer(request.getValue_asU8()));
  return NOTHING;
}

function delState(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.DelState.deserializeBinary(payload);
  write(context, request.getCollection(), request.getKey(), Buffer.alloc(0));
  return NOTHING;
}

function purge(context: TransactionContext, collection: string, key: string): void {
  if (collection === '') throw new PeerRefusal('only applicable for private data');
  checkAccess(context, collection, 'write');
  context.simulator.purgePrivate(context.namespace, collection, key);
}

function purgePrivateData(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.DelState.deserializeBinary(payload);
  purge(context, request.getCollection(), request.getKey());
  return NOTHING;
}

function getStateMetadata(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.GetStateMetadata.deserializeBinary(payload);
  const { simulator, namespace } = context;
  const collection = request.getCollection();
  if (collection !== '') checkAccess(context, collection, 'read');
  const entries =
    collection === ''
      ? simulator.getMetadata(namespace, request.getKey())
      : simulator.getPrivateMetadata(namespace, collection, request.getKey());
  const result = new peer.StateMetadataResult();
  result.setEntriesList(
    entries.map(({ name, value }) => {
      const entry = new peer.StateMetadata();
      entry.setMetakey(name);
      entry.setValue(value);
      return entry;
    }),
  );
  return result.serializeBinary();
}

/** `PutStateMetadata`, or a record of a batch. */
function writeMetadata(context: TransactionContext, request: peer.PutStateMetadata | peer.WriteRecord): void {
  const { simulator, namespace } = context;
  const metadata = request.getMetadata();
  const entries = [
    { name: metadata?.getMetakey() ?? '', value: asBuffer(metadata?.getValue_asU8() ?? NOTHING) },
  ];
  const collection = request.getCollection();
  if (collection === '') simulator.putMetadata(namespace, request.getKey(), entries);
  else {
    checkAccess(context, collection, 'write');
    simulator.putPrivateMetadata(namespace, collection, request.getKey(), entries);
  }
}

function putStateMetadata(payload: Uint8Array, context: TransactionContext): Uint8Array {
  writeMetadata(context, peer.PutStateMetadata.deserializeBinary(payload));
  return NOTHING;
}

type RecordWriter = (context: TransactionContext, record: peer.WriteRecord) => void;
const RecordType = peer.WriteRecord.Type;

/** Of a batch, by kind. */
const RECORD_WRITERS: ReadonlyMap<number, RecordWriter> = new Map<number, RecordWriter>([
  [
    RecordType.PUT_STATE,
    (context, record) =>
      write(context, record.getCollection(), record.getKey(), asBuffer(record.getValue_asU8())),
  ],
  [
    RecordType.DEL_STATE,
    (context, record) => write(context, record.getCollection(), record.getKey(), Buffer.alloc(0)),
  ],
  [
    RecordType.PURGE_PRIVATE_DATA,
    (context, record) => purge(context, record.getCollection(), record.getKey()),
  ],
  [RecordType.PUT_STATE_METADATA, writeMetadata],
]);

function writeBatchState(payload: Uint8Array, context: TransactionContext): Uint8Array {
  for (const record of peer.WriteBatchState.deserializeBinary(payload).getRecList()) {
    const writeRecord = RECORD_WRITERS.get(record.getType());
    if (writeRecord === undefined) throw new PeerRefusal('unknown operation type');
    writeRecord(context, record);
  }
  return NOTHING;
}

async function getStateByRange(payload: Uint8Array, context: TransactionContext): Promise<Uint8Array> {
  const request = peer.GetStateByRange.deserializeBinary(payload);
  const { simulator, namespace, queries } = context;
  const collection = request.getCollection();
  const [start, end] = [request.getStartkey(), request.getEndkey()];
  if (collection !== '') {
    checkAccess(context, collection, 'read');
    const rows = simulator.privateRange(namespace, collection, start, end);
    return (await queries.start(privateRangeSource(namespace, rows), undefined)).serializeBinary();
  }
  const page = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
  const paged = page.getPagesize() !== 0 || page.getBookmark() !== '';
  const scan = paged
    ? simulator.pagedRange(namespace, page.getBookmark() || start, end)
    : simulator.range(namespace, start, end);
  const source = rangeSource(namespace, scan);
  return (await queries.start(source, paged ? page.getPagesize() : undefined)).serializeBinary();
}

function getQueryResult(payload: Uint8Array, context: TransactionContext): Uint8Array {
  const request = peer.GetQueryResult.deserializeBinary(payload);
  if (request.getCollection() !== '') {
    checkAccess(context, request.getCollection(), 'read');
    throw new PeerRefusal('ExecuteQuery not supported for leveldb');
  }
  const page = peer.QueryMetadata.deserializeBinary(request.getMetadata_asU8());
  const paged = page.getPagesize() !== 0 || page.getBookmark() !== '';
  throw new PeerRefusal(`${paged ? 'ExecuteQueryWithMetadata' : 'ExecuteQuery'} not supported for leveldb`);
}

async function getHistoryForKey(payload: Uint8Array, context: TransactionContext): Promise<Uint8Array> {
  const key = peer.GetHistoryForKey.deserializeBinary(payload).getKey();
  const scan = new HistoryScan(context.ledger, context.simulator.snapshot, context.namespace, key);
  return (await context.queries.start(scan, undefined)).serializeBinary();
}

async function queryStateNext(payload: Uint8Array, context: TransactionContext): Promise<Uint8Array> {
  const id = peer.QueryStateNext.deserializeBinary(payload).getId();
  return (await context.queries.next(id)).serializeBinary();
}

async function queryStateClose(payload: Uint8Array, context: TransactionContext): Promise<Uint8Array> {
  const id = peer.QueryStateClose.deserializeBinary(payload).getId();
  return (await context.queries.closeOne(id)).serializeBinary();
}

async function invokeChaincode(payload: Uint8Array, context: TransactionContext): Promise<Uint8Array> {
  const spec = peer.ChaincodeSpec.deserializeBinary(payload);
  const input = spec.getInput() ?? new peer.ChaincodeInput();
  const target = spec.getChaincodeId()?.getName() ?? '';
  // The shim expects the callee's whole message inside this RESPONSE.
  return (await context.callChaincode(context, target, input)).serializeBinary();
}

/** What a peer answers while a transaction runs, by message type. */
export const REQUEST_HANDLERS: ReadonlyMap<
  number,
  { readonly name: string; readonly handle: RequestHandler }
> = new Map([
  [Type.GET_STATE, { name: 'GET_STATE', handle: getState }],
  [Type.GET_STATE_MULTIPLE, { name: 'GET_STATE_MULTIPLE', handle: getStateMultiple }],
  [Type.PUT_STATE, { name: 'PUT_STATE', handle: putState }],
  [Type.WRITE_BATCH_STATE, { name: 'WRITE_BATCH_STATE', handle: writeBatchState }],
  [Type.DEL_STATE, { name: 'DEL_STATE', handle: delState }],
  [Type.PURGE_PRIVATE_DATA, { name: 'PURGE_PRIVATE_DATA', handle: purgePrivateData }],
  [Type.GET_PRIVATE_DATA_HASH, { name: 'GET_PRIVATE_DATA_HASH', handle: getPrivateDataHash }],
  [Type.GET_STATE_METADATA, { name: 'GET_STATE_METADATA', handle: getStateMetadata }],
  [Type.PUT_STATE_METADATA, { name: 'PUT_STATE_METADATA', handle: putStateMetadata }],
  [Type.GET_STATE_BY_RANGE, { name: 'GET_STATE_BY_RANGE', handle: getStateByRange }],
  [Type.GET_QUERY_RESULT, { name: 'GET_QUERY_RESULT', handle: getQueryResult }],
  [Type.GET_HISTORY_FOR_KEY, { name: 'GET_HISTORY_FOR_KEY', handle: getHistoryForKey }],
  [Type.QUERY_STATE_NEXT, { name: 'QUERY_STATE_NEXT', handle: queryStateNext }],
  [Type.QUERY_STATE_CLOSE, { name: 'QUERY_STATE_CLOSE', handle: queryStateClose }],
  [Type.INVOKE_CHAINCODE, { name: 'INVOKE_CHAINCODE', handle: invokeChaincode }],
]);
