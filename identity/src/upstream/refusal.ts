import * as client from 'openid-client';

/** Longest text of the hospital's provider that is shown. */
const TEXT_MAX_CHARS = 200;
/** Codes of openid-client by which nothing came that could be judged. */
const AWAY_CODES: ReadonlySet<unknown> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

/** Why nobody was signed in by way of the hospital's provider; the message is for whoever sits there, and no HTML. */
export class UpstreamRefusal extends Error {
  override readonly name = 'UpstreamRefusal';

  constructor(
    readonly status: 403 | 503,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @param provider as the sign-in page names it */
export function refusalOf(cause: unknown, provider: string): UpstreamRefusal {
  if (cause instanceof UpstreamRefusal) return cause;
  if (cause instanceof client.AuthorizationResponseError) {
    const { error, error_description: detail } = cause;
    const said = (detail === undefined ? error : `${error} (${detail})`).slice(0, TEXT_MAX_CHARS);
    return new UpstreamRefusal(403, `${provider} did not sign you in. It says: ${said}`, { cause });
  }
  if (isAway(cause))
    return new UpstreamRefusal(503, `${provider} cannot be reached now: try again later`, { cause });
  const message = `${provider} did not sign you in: its answer is not the one to this sign-in. Start again`;
  return new UpstreamRefusal(403, message, { cause });
}

function isAway(fault: unknown): boolean {
  if (fault instanceof client.ResponseBodyError) return fault.status >= 500;
  if (fault instanceof client.ClientError)
    return fault.code === undefined ? isAway(fault.cause) : AWAY_CODES.has(fault.code);
  // What fetch throws where there is no connection; by its name, since its class may be that of another realm.
  const { name, code } = (fault ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return name === 'TypeError' && code === undefined;
}
