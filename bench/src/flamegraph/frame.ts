import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WORKSPACE } from '../run/folder.js';
import { partOf } from './parts.js';

/** A function as a flame graph names it: nothing of it says where on this machine it lies. */
export interface Frame {
  /** E.g. `verify`; in brackets what is no function, e.g. `(garbage collector)`. */
  readonly name: string;
  /** E.g. `packages/crypto/sodium/sodium-verifier`, `aedes/lib/client`, `node:net`; empty for what has no module. */
  readonly module: string;
  /** What of the work it belongs to: of `parts.ts`, or the package. */
  readonly part: string;
}

/** As V8 names a function. */
export interface CallFrame {
  readonly functionName: string;
  /** Empty for what is not JavaScript. */
  readonly url: string;
}

const OUTSIDE = '(outside the project)';
const INSTALLED = 'node_modules/';

/** @param caller whose part a native function without a name of its own takes */
export function frameOf({ functionName, url }: CallFrame, caller: Frame | undefined): Frame {
  const module = moduleOf(url);
  const name = functionName === '' ? '(anonymous)' : functionName;
  const part = partOf(name, module) ?? caller?.part ?? name;
  return { name, module, part };
}

/** What a module is called, from its URL or path. */
export function moduleOf(url: string): string {
  if (url === '' || url.startsWith('node:')) return url;
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  const inside = relative(WORKSPACE, path).replaceAll('\\', '/');
  if (inside.startsWith('..')) return OUTSIDE;
  const installedAt = inside.lastIndexOf(INSTALLED);
  const found =
    installedAt === -1
      ? inside.replace(/\/dist\/(src\/)?/, '/')
      : inside.slice(installedAt + INSTALLED.length);
  return found.replace(/\.[cm]?js$/, '');
}
