import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ROOT, ownCodeAlone } from '../../hostile/checks/switched-build.js';

/** A mistake, made in compiled code. */
export interface Alteration {
  /** From the repository's root. */
  readonly file: string;
  /** What stands there once. */
  readonly find: string;
  readonly instead: string;
}

/** Bundles with mistakes in them, in a folder that goes with it. */
export interface AlteredBuild extends AsyncDisposable {
  /** File of a bundle, by its name. */
  readonly file: (name: string) => string;
}

/**
 * Bundles modules with alterations, beside compiled code, from where all else is found.
 * @param modules name of a bundle → package
 * @throws Error where what is to be altered does not stand there once: it has moved, and the mistake with it
 */
export async function alteredBuild(
  modules: Readonly<Record<string, string>>,
  alterations: readonly Alteration[],
): Promise<AlteredBuild> {
  const dir = fileURLToPath(new URL(`altered-${randomUUID()}`, import.meta.url));
  const made = new Set<Alteration>();
  await build({
    entryPoints: Object.fromEntries(
      Object.entries(modules).map(([name, module]) => [name, fileURLToPath(import.meta.resolve(module))]),
    ),
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'silent',
    plugins: [
      ownCodeAlone,
      {
        name: 'alterations',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\/dist\/.*\.js$/ }, async ({ path }) => {
            const here = alterations.filter(({ file }) => path === `${ROOT}${file}`);
            if (here.length === 0) return undefined;
            for (const each of here) made.add(each);
            return { contents: here.reduce(altered, await readFile(path, 'utf8')), loader: 'js' };
          });
        },
      },
    ],
  });
  const missing = alterations.filter((each) => !made.has(each)).map(({ file }) => file);
  if (missing.length > 0) throw new Error(`These files are not in the build: ${missing.join(', ')}`);
  return {
    file: (name) => join(dir, `${name}.mjs`),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

function altered(text: string, { file, find, instead }: Alteration): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have this once: ${find}`);
  return `${before}${instead}${after}`;
}
