import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A check in compiled code: an expression that can be taken for another one. */
export interface CheckLocation {
  /** From the repository's root. */
  readonly file: string;
  /** The expression as it stands there, once; or once within `within`. */
  readonly find: string;
  /** A longer text that stands there once, where the expression stands more often. */
  readonly within?: string;
  /** What it is taken for while the check is off; {@link NOTHING} for a call that refuses by throwing. */
  readonly off: string;
  /** Whether it writes: then whoever comes by counts as if it made a difference. */
  readonly writes?: boolean;
}

/** What a call is replaced by. */
export const NOTHING = 'undefined';

/** What a build exports besides what is asked of it. */
export interface Switches {
  /** Checks that are off. */
  readonly off: Set<string>;
  /** Checks that have made a difference, or may have: without them the run would have been another one. */
  readonly decisive: Set<string>;
}

const BANNER = `const __switches = { off: new Set(), decisive: new Set() };
const __isOff = (check) => __switches.off.has(check);
const __on = (check, value, off) => {
  if (!Object.is(value, off)) __switches.decisive.add(check);
  return value;
};
const __refusing = (check, act) => {
  const refused = (error) => {
    __switches.decisive.add(check);
    throw error;
  };
  try {
    const made = act();
    return made instanceof Promise ? made.catch(refused) : made;
  } catch (error) {
    return refused(error);
  }
};
export { __switches as switches };`;

/**
 * Bundles modules with a switch at each location; all checks are on until one is put into `switches.off`.
 * @param exports module → what to export of it
 * @throws Error where a text is not found, or more than once: the check has moved, and the list with it
 */
async function buildSwitched(
  exports: Readonly<Record<string, readonly string[]>>,
  locations: Readonly<Record<string, CheckLocation>>,
  outfile: string,
): Promise<void> {
  const used = new Set<string>();
  const entry = Object.entries(exports).map(
    ([from, names]) => `export { ${names.join(', ')} } from '${from}';`,
  );
  await build({
    stdin: { contents: entry.join('\n'), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'silent',
    banner: { js: BANNER },
    plugins: [ownCodeAlone, switching(locations, used)],
  });
  const missing = Object.keys(locations).filter((name) => !used.has(name));
  if (missing.length > 0)
    throw new Error(`Files of these checks are not in the build: ${missing.join(', ')}`);
}

/** The build, imported: its exports and its switches. It lies beside compiled code, from where all else is found. */
export async function switchedBuild<Build>(
  exports: Readonly<Record<string, readonly string[]>>,
  locations: Readonly<Record<string, CheckLocation>>,
): Promise<{ readonly build: Build; readonly switches: Switches }> {
  const file = new URL(`switched-${randomUUID()}.mjs`, import.meta.url);
  try {
    await buildSwitched(exports, locations, fileURLToPath(file));
    const build = (await import(file.href)) as Build & { readonly switches: Switches };
    return { build, switches: build.switches };
  } finally {
    await rm(file, { force: true });
  }
}

/** What is not of this repository stays what it is: much of it cannot be bundled. */
export const ownCodeAlone: Plugin = {
  name: 'own code alone',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
      path.startsWith('@careledger/') || importer === '' ? undefined : { external: true },
    );
  },
};

function switching(locations: Readonly<Record<string, CheckLocation>>, used: Set<string>): Plugin {
  const byFile = Map.groupBy(Object.entries(locations), ([, { file }]) => `${ROOT}${file}`);
  return {
    name: 'switches',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\/dist\/.*\.js$/ }, async ({ path }) => {
        const here = byFile.get(path);
        if (here === undefined) return undefined;
        const text = await readFile(path, 'utf8');
        const contents = withSwitches(text, here);
        for (const [name] of here) used.add(name);
        return { contents, loader: 'js' };
      });
    },
  };
}

/** The text with a switch at each location; they are found in the text as it is, so that none hides another. */
function withSwitches(text: string, locations: readonly (readonly [string, CheckLocation])[]): string {
  const found = locations
    .map(([name, location]) => ({ name, location, at: startOf(text, name, location) }))
    .sort((a, b) => b.at - a.at);
  let [switched, next] = [text, text.length];
  for (const { name, location, at } of found) {
    const { find } = location;
    if (at + find.length > next) throw new Error(`${name}: another check stands within this one.`);
    switched = `${switched.slice(0, at)}${switchFor(name, location)}${switched.slice(at + find.length)}`;
    next = at;
  }
  return switched;
}

/** The expression with its switch, which notes where it is decisive. */
function switchFor(name: string, { find, off, writes = false }: CheckLocation): string {
  const awaited = find.startsWith('await ') ? find.slice('await '.length) : undefined;
  const refusing = `__refusing('${name}', () => (${awaited ?? find}))`;
  const compared = `__on('${name}', (${find}), (${off}))`;
  const called = awaited === undefined ? refusing : `(await ${refusing})`;
  const noted = `(__switches.decisive.add('${name}'), (${find}))`;
  const on = writes ? noted : off === NOTHING ? called : compared;
  return `(__isOff('${name}') ? (${off}) : ${on})`;
}

function startOf(text: string, name: string, { file, find, within = find }: CheckLocation): number {
  const outer = onlyIndexOf(text, within);
  const inner = onlyIndexOf(within, find);
  if (outer === undefined || inner === undefined)
    throw new Error(`${name}: ${file} does not have this once: ${outer === undefined ? within : find}`);
  return outer + inner;
}

function onlyIndexOf(text: string, part: string): number | undefined {
  const at = text.indexOf(part);
  return at >= 0 && text.indexOf(part, at + 1) < 0 ? at : undefined;
}
