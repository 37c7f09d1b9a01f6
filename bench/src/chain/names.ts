/** Of the bench's gateways. */
export const GATEWAY_ID = 'gw_bench';
/** Of which no ledger knows. */
export const NETWORK = 'bench';
/** That makes the bench's chains. */
export const SOFTWARE = 'careledger-bench/0.1.0';
