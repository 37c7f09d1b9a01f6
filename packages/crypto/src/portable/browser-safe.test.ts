import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const entry = (file: string) => fileURLToPath(new URL(file, import.meta.url));

async function importsOf(file: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry(file)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    metafile: true,
    external: ['sodium-native'],
  });
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
}

test('the portable entry reaches nothing of Node, so that a browser can verify', async () => {
  expect(await importsOf('./index.js')).toEqual([]);
});

test('the main entry does not reach sodium-native, which chaincode must not load', async () => {
  const imports = await importsOf('../index.js');
  expect(imports).toContain('node:crypto');
  expect(imports).not.toContain('sodium-native');
  expect(await importsOf('../sodium/sodium-verifier.js')).toContain('sodium-native');
});
