import type { peer } from '@hyperledger/fabric-protos';
import type { Interest } from '../simulate/interest.js';

/** A peer's answer to a proposal, sorted by what a gateway makes of it. */
export type ProposalOutcome =
  /** The chaincode succeeded, and the peer has signed. */
  | {
      readonly kind: 'endorsed';
      readonly response: peer.Response;
      /** ProposalResponsePayload bytes, which the endorsement covers. */
      readonly payload: Buffer;
      readonly endorsement: peer.Endorsement;
      readonly interest: Interest;
    }
  /** The chaincode itself answered with a status of 400 or more. */
  | { readonly kind: 'chaincode-error'; readonly message: string }
  /** The peer could not run it; another one might. */
  | { readonly kind: 'peer-error'; readonly message: string }
  /** The proposal is at fault; no peer will take it. */
  | { readonly kind: 'refused'; readonly message: string }
  /** A filter in front of the peer turned it away, which to a gateway is a peer that is not there. */
  | { readonly kind: 'unavailable'; readonly message: string };
