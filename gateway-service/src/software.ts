import { packageVersion } from '@careledger/service-kit';

export const VERSION = packageVersion(import.meta.url);
/** Name and version, as genesis blocks tell. */
export const SOFTWARE = `careledger-gateway/${VERSION}`;
