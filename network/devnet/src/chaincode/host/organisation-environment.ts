import { AsyncLocalStorage } from 'node:async_hooks';

/** Variable in which a peer tells a chaincode that it starts whose peer it is; the shim's `getMspID` reads it. */
const LOCAL_MSP_ID = 'CORE_PEER_LOCALMSPID';

const organisation = new AsyncLocalStorage<string>();

/** Runs a call of a chaincode in the environment of an organisation's peer. */
export function onPeerOf<T>(mspId: string, call: () => T): T {
  return organisation.run(mspId, call);
}

/**
 * Makes `process.env` what the peer at work would have set. Fabric starts a process for each peer; here the peers of
 * all organisations share one, so the variable has the value of whichever peer's call reads it.
 */
export function installOrganisationEnvironment(): void {
  process.env = new Proxy(process.env, {
    has: (env, name) => (name === LOCAL_MSP_ID && mspIdAtWork() !== undefined) || Reflect.has(env, name),
    get: (env, name): unknown =>
      (name === LOCAL_MSP_ID ? mspIdAtWork() : undefined) ?? Reflect.get(env, name),
    ownKeys: (env) => [
      ...new Set([...Reflect.ownKeys(env), ...(mspIdAtWork() === undefined ? [] : [LOCAL_MSP_ID])]),
    ],
    getOwnPropertyDescriptor: (env, name) => {
      const value = name === LOCAL_MSP_ID ? mspIdAtWork() : undefined;
      if (value === undefined) return Reflect.getOwnPropertyDescriptor(env, name);
      return { value, writable: true, enumerable: true, configurable: true };
    },
  });
}

function mspIdAtWork(): string | undefined {
  return organisation.getStore();
}
