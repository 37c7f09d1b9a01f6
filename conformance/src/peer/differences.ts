/** Scenarios in which the embedded network is known to answer other than Fabric, with the reason. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  'calls: _lifecycle called from chaincode': 'it has no lifecycle: definitions are what it is started with',
  'events: which namespaces a transaction reads and writes':
    'Fabric adds a read of the chaincode’s definition in the state of _lifecycle, which it has not',
};
