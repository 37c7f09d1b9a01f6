import { runInNewContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { PrivateChainVector } from '../testing/vectors.js';

const entry = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

test('a browser verifies a proof: the bundle has no node module and nothing that signs', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry('../testing/browser-page.js')],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  expect(
    inputs.filter((path) =>
      /private-chain\/dist\/src\/(?:frame\/make|block\/seal|block\/mine|proof\/make)/.test(path),
    ),
  ).toEqual([]);
  expect(
    inputs.filter((path) => /crypto\/dist\/src\/(?!portable)|statements\/dist\/(?!portable)/.test(path)),
  ).toEqual([]);
  expect(inputs.some((path) => path.includes('crypto/dist/src/portable/'))).toBe(true);
  const proofs = loadVectors<PrivateChainVector>('valid', 'private-chain').filter(
    (vector) => vector.type === 'proof',
  );
  expect(proofs.map(({ name }) => name)).toEqual(expect.arrayContaining(['proof', 'proof-v2-below-range']));
  for (const { proof, roots } of proofs) {
    const page = {
      proof: JSON.stringify(proof),
      roots: JSON.stringify(roots),
      report: undefined as { ok: boolean } | undefined,
      TextEncoder,
      TextDecoder,
      Uint8Array,
    };
    runInNewContext(outputFiles[0]!.text, page);
    expect(page.report?.ok).toBe(true);
  }
});

test('the verifying entry by itself imports nothing of Node', async () => {
  const { metafile } = await build({
    entryPoints: [entry('./verify.js')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    metafile: true,
  });
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
});
