/** Ctrl-C or SIGTERM, once; whoever waits decides what to stop. */
export function onInterrupt(): { readonly promise: Promise<'interrupted'> } {
  const { promise, resolve } = Promise.withResolvers<'interrupted'>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
  return { promise };
}
