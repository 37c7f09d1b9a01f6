import { runInNewContext } from 'node:vm';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { validProofs } from './vectors/proofs.js';

const entry = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A page's script: verifies with the two parameters that a browser brings along. */
const SCRIPT = `
  import { verifyProof } from ${JSON.stringify(entry('./verify.js'))};
  import { sha256 } from '@noble/hashes/sha2.js';
  import { ed25519 } from '@noble/curves/ed25519.js';
  const verifier = { verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }) };
  globalThis.report = verifyProof(JSON.parse(globalThis.proof), JSON.parse(globalThis.roots), { hash: sha256, verifier });
`;

test('a browser verifies a proof: the bundle has no node module and nothing that signs', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: SCRIPT, resolveDir: entry('..') },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs);
  expect(
    inputs.filter((path) =>
      /private-chain\/dist\/(?:frame\/make|block\/seal|block\/mine|proof\/make)/.test(path),
    ),
  ).toEqual([]);
  expect(
    inputs.filter((path) => /crypto\/dist\/(?!portable)|statements\/dist\/(?!portable)/.test(path)),
  ).toEqual([]);
  const { proof, roots } = validProofs()[0]!;
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
