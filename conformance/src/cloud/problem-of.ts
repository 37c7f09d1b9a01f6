import { HttpClientError } from '@careledger/service-kit';

/** The problem with which a call fails. */
export async function problemOf(call: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof HttpClientError && error.problem !== undefined) return error.problem;
    throw error;
  }
  return { code: undefined };
}
