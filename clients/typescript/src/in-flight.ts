/** Node forgets a request that nobody holds, and with it the signal that would have ended it. */
const IN_FLIGHT = new Set<Request>();

export type Fetch = (request: Request) => Promise<Response>;

/** Sends a request whose signal ends it for as long as it is under way. */
export async function send(fetch: Fetch, request: Request): Promise<Response> {
  IN_FLIGHT.add(request);
  try {
    return await fetch(request);
  } finally {
    IN_FLIGHT.delete(request);
  }
}
