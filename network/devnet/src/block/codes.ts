import { peer } from '@hyperledger/fabric-protos';

/** peer.TxValidationCode. */
export const Codes = peer.TxValidationCode;
/** A value of {@link Codes}. */
export type Code = (typeof Codes)[keyof typeof Codes];
