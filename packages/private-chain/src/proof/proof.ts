import type { Block } from '../block/block.js';
import type { Recoverers } from '../block/statement.js';
import type { Comparator } from '../frame/frame.js';
import type { InclusionProof } from '../merkle/inclusion.js';

/** That a reading was measured by a device, kept in a patient's chain, and anchored on a ledger. One JSON file. */
export type Proof = {
  /** That of the frame: who knows v 1 only refuses a proof of v 2, and loses no comparator. */
  readonly v: 1 | 2;
  readonly kind: 'careledger.proof';
  /** Network ID; `devnet` marks an embedded network with one operator. */
  readonly network: string;
  readonly patientId: string;
  /** What is proved: a reading of the frame, as signed. What the gateway holds its time to be is no part of it. */
  readonly reading: ProvedReading;
  readonly frame: {
    /** The device's compact JWS. */
    readonly jws: string;
    /** The device's raw Ed25519 key, base64url. */
    readonly deviceKey: string;
    /** Index and path in the first of `blocks`. */
    readonly inclusion: InclusionProof;
  };
  /** Genesis and every rekey block before the first of `blocks`: how the gateway key came to be. */
  readonly keyBlocks: readonly Block[];
  /** The frame's block and every block after it up to the anchored head: a plain hash-linked list, nothing skipped. */
  readonly blocks: readonly Block[];
  /** The statement (`careledger.anchor+jws`) that put the head on the ledger. */
  readonly anchor: string;
  readonly transaction: ProofTransaction;
};

/** A reading of a frame, by its index in it. */
export type ProvedReading = {
  readonly index: number;
  readonly code: string;
  readonly value: number;
  readonly unit: string;
  /** v 2 only. */
  readonly comparator?: Comparator;
} & (
  | { readonly t: string }
  /** v 2 only, of a device without a clock: the frame's boot, and milliseconds since. */
  | { readonly boot: string; readonly up: number }
);

/** The end of a proof on the ledger, of the default kind: attested. */
export type ProofTransaction = {
  readonly end: 'attested';
  /** The Fabric `common.Envelope`, base64url without padding. */
  readonly envelope: string;
  /** Statements (`careledger.attestation+jws`) by organisations whose peers have the transaction. */
  readonly attestations: readonly string[];
};

/** What a verifier believes beforehand. One JSON file, from a source other than the proof's. */
export type TrustRoots = {
  readonly v: 1;
  readonly kind: 'careledger.trust-roots';
  readonly network: string;
  /** Whether these roots stand for independent organisations: they then refuse proofs of an embedded network. */
  readonly production: boolean;
  /** Organisations (MSP IDs) with their attestors' raw Ed25519 keys, base64url. */
  readonly attestors: Readonly<Record<string, readonly string[]>>;
  /** How many of these organisations must attest: as many as the endorsement policy asks for. */
  readonly threshold: number;
  /** Channel and chaincode that keep the anchors. */
  readonly channel: string;
  readonly chaincode: string;
  /** If present, only devices with these keys (raw Ed25519, base64url) are believed. */
  readonly devices?: readonly string[];
  /** If present, a recovered consent key is believed only where two of these have signed for it. */
  readonly recoverers?: Recoverers;
  /** If present, only these patients' chains are believed: patient ID → hash of the genesis block, base64url. */
  readonly genesis?: Readonly<Record<string, string>>;
};
