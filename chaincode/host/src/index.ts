import { accessControlChaincode, contracts as accessControl } from '@careledger/access-control-chaincode';
import type { LaunchedChaincode } from '@careledger/chaincode-runtime/fabric';
import { contracts as records, recordsChaincode } from '@careledger/records-chaincode';

/** All chaincodes of careledger. Two servers, because two definitions that share a package ID cannot call each other. */
export const chaincodes: readonly LaunchedChaincode[] = [
  { name: accessControlChaincode.definition.name, contracts: accessControl },
  { name: recordsChaincode.definition.name, contracts: records },
];
