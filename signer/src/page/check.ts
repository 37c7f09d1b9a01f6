import { PAGE_FILES, hashOf, pageHashes, type PageFile } from './files.js';

/** Larger than any file of the page. */
const FILE_MAX_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** What an address serves in the place of a file of this release's page. */
export interface Difference {
  readonly file: PageFile;
  readonly expected: string;
  /** Of what is served there; null where nothing is. */
  readonly found: string | null;
}

/** Holds what an address serves against the page of this release, byte for byte. */
export async function checkPage(url: string): Promise<Difference[]> {
  const hashes = await pageHashes();
  const found = await Promise.all(
    PAGE_FILES.map(async (file) => {
      const served = await servedAt(new URL(file, url.endsWith('/') ? url : `${url}/`));
      return { file, expected: hashes[file], found: served && hashOf(served) };
    }),
  );
  return found.filter(({ expected, found: served }) => expected !== served);
}

async function servedAt(url: URL): Promise<Uint8Array | null> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok || Number(response.headers.get('content-length') ?? 0) > FILE_MAX_BYTES) return null;
  return new Uint8Array(await response.arrayBuffer());
}
