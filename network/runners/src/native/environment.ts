/**
 * Fabric reads variables that begin with CORE_ and ORDERER_ before its files, the chaincode host and the services those
 * of their own: what the caller's environment has of them must not leak in.
 */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(CORE|ORDERER|FABRIC|CHAINCODE|CARELEDGER)_/.test(name),
    ),
  );
}
