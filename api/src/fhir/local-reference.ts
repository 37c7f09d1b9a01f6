/**
 * A reference without this server's address, which clients may put before; any other as it is.
 * @param base address of this server, with FHIR's path
 */
export const localReference = (reference: string, base: string): string =>
  reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
