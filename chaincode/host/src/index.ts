import { accessControlChaincode } from '@careledger/access-control-chaincode/chaincode';
import type { Chaincode } from '@careledger/chaincode-runtime';
import { recordsChaincode } from '@careledger/records-chaincode/chaincode';

/** All chaincodes of careledger. Two servers, because two definitions that share a package ID cannot call each other. */
export const chaincodes: readonly Chaincode[] = [accessControlChaincode, recordsChaincode];
