import type { Window } from '../run/rounds.js';
import { frameOf, moduleOf, type Frame } from './frame.js';
import type { StoredProfile } from './profiler.js';

/** A function with all that it called: a node of a flame graph. */
export interface Stack extends Frame {
  /** Samples in it or in what it called. */
  total: number;
  /** Samples in it itself. */
  self: number;
  readonly calls: Map<string, Stack>;
}

const ROOT: Frame = { name: 'all', module: '', part: '' };
/** Of a thread that waits: no cost. */
const IDLE = '(idle)';

/**
 * What all processes did in the windows: below the root a node for each program, below those their calls. Waiting is left
 * out, and so are programs that did nothing.
 */
export function stacksOf(profiles: readonly StoredProfile[], windows: readonly Window[]): Stack {
  const root = newStack(ROOT);
  for (const stored of profiles) {
    const samples = samplesIn(stored, windows);
    if (samples.size > 0) addProgram(root, stored, samples);
  }
  return root;
}

/** Samples of each node within the windows. */
function samplesIn({ startMs, profile }: StoredProfile, windows: readonly Window[]): Map<number, number> {
  const found = new Map<number, number>();
  const { samples = [], timeDeltas = [] } = profile;
  const idle = new Set(
    profile.nodes.flatMap(({ id, callFrame }) => (callFrame.functionName === IDLE ? [id] : [])),
  );
  let sinceStartUs = 0;
  for (const [index, node] of samples.entries()) {
    sinceStartUs += timeDeltas[index] ?? 0;
    const atMs = startMs + sinceStartUs / 1_000;
    if (idle.has(node) || !windows.some((window) => atMs >= window.startMs && atMs <= window.endMs)) continue;
    found.set(node, (found.get(node) ?? 0) + 1);
  }
  return found;
}

function addProgram(root: Stack, stored: StoredProfile, samples: ReadonlyMap<number, number>): void {
  const module = moduleOf(stored.program);
  const name = stored.isMainThread ? module : `${module} (a thread of it)`;
  const program = callOf(root, { name, module: '', part: '' });
  const nodes = new Map(stored.profile.nodes.map((node) => [node.id, node]));
  const add = (id: number, caller: Stack): number => {
    const node = nodes.get(id);
    if (node === undefined) return 0;
    const isRoot = node.callFrame.functionName === '(root)';
    const stack = isRoot ? program : callOf(caller, frameOf(node.callFrame, caller));
    const self = samples.get(id) ?? 0;
    const total = (node.children ?? []).reduce((sum, child) => sum + add(child, stack), self);
    stack.self += self;
    stack.total += total;
    return total;
  };
  const [top] = stored.profile.nodes;
  if (top !== undefined) root.total += add(top.id, program);
}

function callOf(caller: Stack, frame: Frame): Stack {
  const key = `${frame.name} ${frame.module}`;
  let found = caller.calls.get(key);
  if (found === undefined) caller.calls.set(key, (found = newStack(frame)));
  return found;
}

const newStack = (frame: Frame): Stack => ({ ...frame, total: 0, self: 0, calls: new Map() });
