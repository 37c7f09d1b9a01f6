import { setTimeout as delay } from 'node:timers/promises';
import { common, msp } from '@hyperledger/fabric-protos';
import { NetworkAdminError } from '../errors.js';
import { makeHeader } from '../fabric/headers.js';
import type { Identity } from '../fabric/identity.js';
import { channelConfig } from '../fabric/peer-channels.js';
import type { PeerConnection } from '../fabric/peer-connection.js';
import { signEnvelope } from '../fabric/transaction.js';
import { groupDelta } from './config-delta.js';

/** How long a peer may take to have a new configuration. */
const APPLY_TIMEOUT_MS = 60_000;
const APPLY_POLL_MS = 100;

/** Edits a copy of the channel's root group; returns nothing, changes nothing when there is nothing to change. */
export type ConfigEdit = (channelGroup: common.ConfigGroup) => void;

/** A change of a channel's configuration with the signatures collected so far. */
export class ConfigUpdate {
  readonly #envelope: common.ConfigUpdateEnvelope;

  private constructor(
    readonly channel: string,
    envelope: common.ConfigUpdateEnvelope,
  ) {
    this.#envelope = envelope;
  }

  /** The change that `edit` makes, or undefined when the configuration is as wanted already. */
  static compute(channel: string, current: common.Config, edit: ConfigEdit): ConfigUpdate | undefined {
    const before = current.getChannelGroup();
    if (!before) throw new NetworkAdminError('CONFIG_UPDATE_UNREADABLE', `${channel} has no channel group`);
    const after = common.ConfigGroup.deserializeBinary(before.serializeBinary());
    edit(after);
    const delta = groupDelta(before, after);
    if (!delta.changed) return undefined;
    const update = new common.ConfigUpdate();
    update.setChannelId(channel);
    update.setReadSet(delta.readSet);
    update.setWriteSet(delta.writeSet);
    const envelope = new common.ConfigUpdateEnvelope();
    envelope.setConfigUpdate(update.serializeBinary());
    return new ConfigUpdate(channel, envelope);
  }

  /** Reads what {@link serialize} wrote: the file that goes from one administrator to the next. */
  static deserialize(bytes: Uint8Array): ConfigUpdate {
    try {
      const envelope = common.ConfigUpdateEnvelope.deserializeBinary(bytes);
      const channel = common.ConfigUpdate.deserializeBinary(envelope.getConfigUpdate_asU8()).getChannelId();
      if (channel) return new ConfigUpdate(channel, envelope);
    } catch (cause) {
      throw new NetworkAdminError('CONFIG_UPDATE_UNREADABLE', 'this file is no configuration update', {
        cause,
      });
    }
    throw new NetworkAdminError(
      'CONFIG_UPDATE_UNREADABLE',
      'this file is no configuration update: it names no channel',
    );
  }

  serialize(): Uint8Array {
    return this.#envelope.serializeBinary();
  }

  /** MSP IDs of those who signed. */
  get signers(): string[] {
    return this.#envelope.getSignaturesList().map((signature) => {
      const header = common.SignatureHeader.deserializeBinary(signature.getSignatureHeader_asU8());
      return signerMspId(header.getCreator_asU8());
    });
  }

  /** Adds an administrator's signature; a second one of the same organisation changes nothing. */
  sign(identity: Identity): void {
    if (this.signers.includes(identity.mspId)) return;
    const { header } = makeHeader({
      type: common.HeaderType.CONFIG_UPDATE,
      channel: this.channel,
      creator: identity.serialize(),
    });
    const signatureHeader = header.getSignatureHeader_asU8();
    const signature = new common.ConfigSignature();
    signature.setSignatureHeader(signatureHeader);
    signature.setSignature(
      identity.sign(Buffer.concat([signatureHeader, this.#envelope.getConfigUpdate_asU8()])),
    );
    this.#envelope.addSignatures(signature);
  }

  /** Orders the change through `connection` and waits until that peer has the new configuration. */
  async submit(connection: PeerConnection): Promise<void> {
    const before = (await channelConfig(connection, this.channel)).getSequence();
    const isApplied = async (): Promise<boolean> =>
      (await channelConfig(connection, this.channel)).getSequence() > before;
    const { identity } = connection;
    const { header, txId } = makeHeader({
      type: common.HeaderType.CONFIG_UPDATE,
      channel: this.channel,
      creator: identity.serialize(),
    });
    const envelope = signEnvelope(identity, header, this.serialize());
    await connection.order(this.channel, txId, envelope, isApplied);
    const deadlineMs = Date.now() + APPLY_TIMEOUT_MS;
    while (!(await isApplied())) {
      if (Date.now() > deadlineMs) {
        throw new NetworkAdminError(
          'CONFIG_NOT_APPLIED',
          `${this.channel} still has configuration ${before}: check that enough administrators signed, then run this again`,
        );
      }
      await delay(APPLY_POLL_MS);
    }
  }
}

function signerMspId(creator: Uint8Array): string {
  return msp.SerializedIdentity.deserializeBinary(creator).getMspid();
}
