/** A browser as far as forms need one: cookies, redirects, fields that are filled in. No script runs. */
export class FormBrowser {
  /** By origin: providers of a test are hosts of their own. */
  readonly #jars = new Map<string, Map<string, string>>();

  /** Follows redirects until a page, or until one that leads to `until`. */
  async open(url: string, until: string): Promise<Visit> {
    return this.#go(new URL(url), { method: 'GET' }, until);
  }

  /** Sends the form of a page whose action's path ends so. */
  async send(
    visit: Visit,
    action: string,
    fields: Readonly<Record<string, string>>,
    until: string,
  ): Promise<Visit> {
    const actions = [...visit.text.matchAll(/action="([^"]+)"/g)].map(
      ([, url = '']) => new URL(url.replaceAll('&amp;', '&'), visit.url),
    );
    const found = actions.find(({ pathname }) => pathname.endsWith(action));
    if (found === undefined) throw new Error(`The page has no form ${action}: ${visit.text}`);
    const hidden = [...visit.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])),
      ...fields,
    });
    return this.#go(found, { method: 'POST', body }, until);
  }

  #jarOf({ origin }: URL): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }

  async #go(url: URL, init: RequestInit, until: string): Promise<Visit> {
    if (url.href.startsWith(until)) return { url: url.href, status: 0, text: '' };
    const cookie = [...this.#jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const jar = this.#jarOf(url);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location !== null) {
      await answer.body?.cancel();
      return this.#go(new URL(location, url), { method: 'GET' }, until);
    }
    return { url: url.href, status: answer.status, text: await answer.text() };
  }
}

/** Where a browser has come to. */
export interface Visit {
  readonly url: string;
  /** 0 where it was led to whom it was to be led to. */
  readonly status: number;
  readonly text: string;
}
