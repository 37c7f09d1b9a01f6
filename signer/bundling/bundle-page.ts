import { hash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CONTENT_SECURITY_POLICY, PAGE_FOLDER, pageHashes } from '../src/page/files.js';

const SIGNER = fileURLToPath(new URL('../../', import.meta.url));

/** Hashes of this release's page, in the form that `sha256sum --check` reads. */
export const PUBLISHED_HASHES = join(SIGNER, 'page.sha256');

export const listed = (hashes: Readonly<Record<string, string>>): string =>
  Object.entries(hashes)
    .map(([file, sha256]) => `${sha256}  ${file}\n`)
    .join('');

/** Writes the page: one script, one style sheet, and what binds them together by their hashes. The same input, the same bytes. */
export async function bundlePage(folder = PAGE_FOLDER): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true });
  const { outputFiles } = await build({
    absWorkingDir: SIGNER,
    entryPoints: ['dist/src/web/main.js'],
    ...{ bundle: true, minify: true, write: false, legalComments: 'none' },
    ...{ format: 'esm', platform: 'browser', target: 'es2024', charset: 'utf8' },
  });
  const script = outputFiles[0]?.contents;
  if (script === undefined) throw new Error('The bundler wrote nothing');
  const style = await readFile(join(SIGNER, 'web/signer.css'));
  const page = (await readFile(join(SIGNER, 'web/index.html'), 'utf8'))
    .replace('POLICY', CONTENT_SECURITY_POLICY)
    .replace('INTEGRITY:signer.css', integrityOf(style))
    .replace('INTEGRITY:signer.js', integrityOf(script));
  await writeFile(join(folder, 'signer.js'), script);
  await writeFile(join(folder, 'signer.css'), style);
  await writeFile(join(folder, 'index.html'), page);
  return pageHashes(folder);
}

/** As an attribute (W3C Subresource Integrity). */
const integrityOf = (bytes: Uint8Array): string => `sha384-${hash('sha384', bytes, 'base64')}`;
