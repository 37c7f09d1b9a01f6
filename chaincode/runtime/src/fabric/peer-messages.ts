import protobuf from 'google-protobuf';

/**
 * Messages of Fabric 3.1's peers that fabric-shim does not know (fabric-protos peer/chaincode_shim.proto and chaincode.proto):
 * many reads or writes in one. Older peers do not offer them. Written by hand: classes of another release of fabric-protos would take
 * the place of the shim's, as both keep them under the same global name.
 */
export const PEER_MESSAGES = { ready: 4, writeBatchState: 24, getStateMultiple: 25 } as const;

/** Kinds of a write in a batch. */
const WRITE_KINDS = { put: 9, delete: 10 } as const;

/** How many keys a peer takes in one message; 0 where it takes no such message. */
export interface PeerOffer {
  readonly readsMax: number;
  readonly writesMax: number;
}

export interface StateWrite {
  /** Composite, as the peer knows it. */
  readonly key: string;
  /** Undefined deletes. */
  readonly value: Uint8Array | undefined;
}

/** What a READY says: `ChaincodeAdditionalParams`, nothing before Fabric 3.1. */
export function peerOfferOf(payload: Uint8Array): PeerOffer {
  const reader = new protobuf.BinaryReader(payload);
  const said = { takesWrites: false, writesMax: 0, takesReads: false, readsMax: 0 };
  while (reader.nextField()) {
    const field = reader.getFieldNumber();
    if (field === 1) said.takesWrites = reader.readBool();
    else if (field === 2) said.writesMax = reader.readUint32();
    else if (field === 3) said.takesReads = reader.readBool();
    else if (field === 4) said.readsMax = reader.readUint32();
    else reader.skipField();
  }
  return {
    readsMax: said.takesReads ? said.readsMax : 0,
    writesMax: said.takesWrites ? said.writesMax : 0,
  };
}

/** `GetStateMultiple`. */
export function readsMessage(keys: readonly string[]): Uint8Array {
  const writer = new protobuf.BinaryWriter();
  for (const key of keys) writer.writeString(1, key);
  return writer.getResultBuffer();
}

/** `GetStateMultipleResult`: the values in the order of the keys; one without bytes is not there. */
export function valuesOf(payload: Uint8Array): Uint8Array[] {
  const reader = new protobuf.BinaryReader(payload);
  const values: Uint8Array[] = [];
  while (reader.nextField()) {
    if (reader.getFieldNumber() === 1) values.push(reader.readBytes());
    else reader.skipField();
  }
  return values;
}

/** `WriteBatchState`. */
export function writesMessage(writes: readonly StateWrite[]): Uint8Array {
  const batch = new protobuf.BinaryWriter();
  for (const { key, value } of writes) {
    const record = new protobuf.BinaryWriter();
    record.writeString(1, key);
    if (value !== undefined) record.writeBytes(2, value);
    record.writeEnum(5, value === undefined ? WRITE_KINDS.delete : WRITE_KINDS.put);
    batch.writeBytes(1, record.getResultBuffer());
  }
  return batch.getResultBuffer();
}
