import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const VERSION = version;
/** Name and version, as genesis blocks tell. */
export const SOFTWARE = `careledger-gateway/${version}`;
