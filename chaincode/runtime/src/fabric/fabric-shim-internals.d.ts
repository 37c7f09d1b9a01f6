/** What fabric-shim's own command line uses; it exports no other way to serve contracts from a program. */
declare module 'fabric-shim/lib/contract-spi/chaincodefromcontract.js' {
  import type { Contract, JSONSerializer } from 'fabric-contract-api';
  import type { ChaincodeInterface } from 'fabric-shim';

  interface Serializers {
    readonly transaction: string;
    readonly serializers: Readonly<Record<string, new () => JSONSerializer>>;
  }

  /** The constructor adds a contract of its own to the list it is given. */
  const ChaincodeFromContract: new (
    contracts: (new () => Contract)[],
    serializers: Serializers,
    metadata: Record<string, unknown> | undefined,
    title: string,
    version: string,
  ) => ChaincodeInterface;
  export default ChaincodeFromContract;
}

/** What of a chat with a peer its types leave out (lib/handler.js, lib/stub.js). */
declare module 'fabric-shim/lib/handler.js' {
  interface ShimMessage {
    getType(): number;
    getPayload_asU8(): Uint8Array;
    setType(type: number): void;
    setPayload(payload: Uint8Array): void;
  }

  export interface ShimHandler {
    readonly _stream: { on(event: 'data', listen: (message: ShimMessage) => void): void };
    chat(greeting: unknown): void;
    handlePutState(
      collection: string,
      key: string,
      value: Uint8Array,
      channel: string,
      txId: string,
    ): Promise<Uint8Array>;
    _askPeerAndListen(message: ShimMessage, method: string): Promise<Uint8Array>;
  }

  export interface ShimStub {
    readonly handler: ShimHandler;
  }

  /** Keeps one chat of a chaincode with a peer. */
  export const ChaincodeMessageHandler: { readonly prototype: ShimHandler } & (new (
    stream: unknown,
    chaincode: unknown,
  ) => ShimHandler);
}
