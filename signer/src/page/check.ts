import { bodyOf } from '../core/index.js';
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
  const base = url.endsWith('/') ? url : `${url}/`;
  const found = await Promise.all(
    PAGE_FILES.map(async (file) => {
      // The page is what a browser gets at the address itself.
      const served = await servedAt(new URL(file === 'index.html' ? '.' : file, base));
      return { file, expected: hashes[file], found: served && hashOf(served) };
    }),
  );
  return found.filter(({ expected, found: served }) => expected !== served);
}

/** Null: nothing that could be compared. */
async function servedAt(url: URL): Promise<Uint8Array | null> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? await (await bodyOf(response, FILE_MAX_BYTES)).bytes() : null;
  } catch {
    return null;
  }
}
