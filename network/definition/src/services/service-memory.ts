import type { ServiceProgram } from './service-node.js';

/** How a program's process is started, so that it keeps to its memory. docker-compose.yaml repeats it, and a test compares them. */
export interface ProcessMemory {
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Of programs whose peak has a budget; others take what they get.
 *
 * An api keeps to 256 MB (`VmHWM`; `make bench-fhir` fails beyond). About 65 MB of it are Node itself and 10 compiled code. V8 pages
 * that were once needed stay: a small old space has it collect rather than grow, with room for one body as large as they may be. By
 * default glibc keeps freed buffers in an arena for each thread, and in the middle of them, for good: these have it give them back.
 */
export const PROCESS_MEMORY: Readonly<Partial<Record<ServiceProgram, ProcessMemory>>> = {
  api: {
    nodeFlags: ['--max-semi-space-size=4', '--max-old-space-size=144'],
    env: {
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '1048576',
      MALLOC_TRIM_THRESHOLD_: '131072',
    },
  },
};
