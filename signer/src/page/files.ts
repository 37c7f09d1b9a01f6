import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Folder of the page as `npm run bundle -w signer` writes it. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../page/', import.meta.url));
/** What the page is made of, all of it. */
export const PAGE_FILES = ['index.html', 'signer.css', 'signer.js'] as const;
export type PageFile = (typeof PAGE_FILES)[number];

/**
 * What a browser lets the page do (CSP level 3): run the one script, and fetch, whether from a gateway or an authority.
 * No inline code, no frame, no form that leaves.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  'connect-src https: http://localhost:* http://127.0.0.1:*',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** SHA-256 of a file of the page, lower-case hex. */
export const hashOf = (bytes: Uint8Array): string => hash('sha256', bytes);

/** SHA-256 of each file of this release's page, by name. @throws where it was not bundled */
export async function pageHashes(folder = PAGE_FOLDER): Promise<Record<PageFile, string>> {
  const entries = PAGE_FILES.map(async (name) => [name, hashOf(await readFile(folder + name))] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<PageFile, string>;
}
