/** Ctrl-C, SIGTERM, or the end of the terminal, once; whoever waits decides what to stop. */
export function onInterrupt(): { readonly promise: Promise<'interrupted'> } {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => resolve('interrupted'));
  return { promise };
}
