// Healthcheck of a service: exit status 0 when GET of the URL answers 200. Certificates are checked as by any client.
const [url] = process.argv.slice(2);
const { status } = await fetch(url, { signal: AbortSignal.timeout(4_000) });
process.exitCode = status === 200 ? 0 : 1;
