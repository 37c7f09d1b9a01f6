import { writeFile } from 'node:fs/promises';
import { PUBLISHED_HASHES, bundlePage, listed } from './bundle-page.js';

// `--publish`: the hashes are to be those of this page.
const hashes = await bundlePage();
if (process.argv.includes('--publish')) await writeFile(PUBLISHED_HASHES, listed(hashes));
