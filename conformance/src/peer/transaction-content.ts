import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { validationCode, type Outcome } from './outcome.js';

/** Where a block's metadata has its validation flags (common.BlockMetadataIndex). */
const FLAGS = common.BlockMetadataIndex.TRANSACTIONS_FILTER;

/** Namespace of the chaincode definitions: Fabric adds a read of them to every transaction. */
const LIFECYCLE = '_lifecycle';

/** What every transaction of a block did (but for its reads of chaincode definitions) and who endorsed it, without what differs between any two runs. */
export function actionsOf(block: common.Block): Outcome {
  const flags = block.getMetadata()?.getMetadataList_asU8()[FLAGS] ?? new Uint8Array();
  return (block.getData()?.getDataList_asU8() ?? []).map((bytes, index) => ({
    code: validationCode(flags[index] ?? -1),
    ...contentOf(bytes),
  }));
}

/** Namespaces that the transactions of a block read or wrote, of each transaction. */
export function namespacesOf(block: common.Block): Outcome {
  return (block.getData()?.getDataList_asU8() ?? []).map((bytes) =>
    setsOf(endorsedAction(bytes).done).map((set) => set.getNamespace()),
  );
}

/** Keys that a transaction would write, but for Fabric's own, with the chaincode that they belong to. */
export function keysWrittenBy(envelope: Uint8Array): string[] {
  return setsOf(endorsedAction(envelope).done)
    .filter((set) => set.getNamespace() !== LIFECYCLE)
    .flatMap((set) =>
      ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8())
        .getWritesList()
        .map((write) => `${set.getNamespace()} ${write.getKey()}`),
    );
}

/** The arguments with which a transaction called its chaincode: the function's name first. */
export function argumentsOf(envelope: Uint8Array): string[] {
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(
    actionOf(envelope).getChaincodeProposalPayload_asU8(),
  );
  const call = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  return (call?.getInput()?.getArgsList_asU8() ?? []).map((each) => Buffer.from(each).toString('utf8'));
}

function contentOf(envelope: Uint8Array): { [name: string]: Outcome } {
  const { done, endorsers } = endorsedAction(envelope);
  return {
    chaincode: done.getChaincodeId()?.getName() ?? '',
    status: done.getResponse()?.getStatus() ?? 0,
    endorsers,
    sets: setsOf(done)
      .filter((set) => set.getNamespace() !== LIFECYCLE)
      .map((set) => ({ namespace: set.getNamespace(), ...setOf(set.getRwset_asU8()) })),
  };
}

/** The one action of a transaction. */
function actionOf(envelope: Uint8Array): peer.ChaincodeActionPayload {
  const payload = common.Payload.deserializeBinary(
    common.Envelope.deserializeBinary(envelope).getPayload_asU8(),
  );
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  return peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
}

function endorsedAction(envelope: Uint8Array): { done: peer.ChaincodeAction; endorsers: string[] } {
  const endorsed = actionOf(envelope).getAction();
  const response = peer.ProposalResponsePayload.deserializeBinary(
    endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const endorsers = (endorsed?.getEndorsementsList() ?? []).map((each) =>
    msp.SerializedIdentity.deserializeBinary(each.getEndorser_asU8()).getMspid(),
  );
  const done = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
  return { done, endorsers: endorsers.sort() };
}

const setsOf = (done: peer.ChaincodeAction): ledger.rwset.NsReadWriteSet[] =>
  ledger.rwset.TxReadWriteSet.deserializeBinary(done.getResults_asU8()).getNsRwsetList();

function setOf(bytes: Uint8Array): { [name: string]: Outcome } {
  const set = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(bytes);
  return {
    reads: set.getReadsList().map((read) => ({ key: read.getKey(), exists: read.hasVersion() })),
    ranges: set.getRangeQueriesInfoList().map((range) => ({
      start: range.getStartKey(),
      end: range.getEndKey(),
      exhausted: range.getItrExhausted(),
      rows:
        range
          .getRawReads()
          ?.getKvReadsList()
          .map((read) => read.getKey()) ?? 'hashed',
    })),
    writes: set.getWritesList().map((write) => ({
      key: write.getKey(),
      deletes: write.getIsDelete(),
      value: Buffer.from(write.getValue_asU8()).toString(),
    })),
    metadataWrites: set.getMetadataWritesList().map((write) => ({
      key: write.getKey(),
      names: write.getEntriesList().map((entry) => entry.getName()),
    })),
  };
}
