/**
 * Private data of a chaincode lives in namespaces of its own: values by key, which only members have, and
 * hashes by hash of the key, which everybody has. Fabric names them the same way.
 */
export function privateNamespace(namespace: string, collection: string): string {
  return `${namespace}$$p${collection}`;
}

/** Namespace of the hashes of a collection; its keys are key hashes in hex. */
export function hashedNamespace(namespace: string, collection: string): string {
  return `${namespace}$$h${collection}`;
}
