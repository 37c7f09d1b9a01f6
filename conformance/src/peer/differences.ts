/** Scenarios in which the embedded network is known to answer other than Fabric, with the reason. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  'events: which namespaces a transaction reads and writes':
    'Fabric adds a read of the chaincode’s definition in the state of _lifecycle, which it has not',
};
