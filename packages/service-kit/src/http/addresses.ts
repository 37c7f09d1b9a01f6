// Lengths are bounded, so that a long text takes no more than linear time.
const URL_WITH_AUTHORITY = /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>`|,;)]+/gi;
const IPV6 = /\[[0-9a-f:.]{2,45}\](?::\d+)?|(?<![\w:])[0-9a-f:]{0,40}::[0-9a-f:.]{0,45}/gi;
const IPV6_IN_FULL = /(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi;
const IPV4 = /\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g;
/** Three digits at least, so that a time of day is no port. */
const HOST_AND_PORT = /\b[a-z0-9][a-z0-9._-]{0,252}:\d{3,5}\b/gi;

/** The text with `[address]` instead of every URL, IP address and host with a port. */
export function withoutAddresses(text: string): string {
  return [URL_WITH_AUTHORITY, IPV6, IPV6_IN_FULL, IPV4, HOST_AND_PORT].reduce(
    (left, pattern) => left.replace(pattern, '[address]'),
    text,
  );
}
