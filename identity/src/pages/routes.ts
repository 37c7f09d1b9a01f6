import { PatientId } from '@careledger/domain';
import type { ServiceApp } from '@careledger/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type InteractionResults, type default as Provider } from 'oidc-provider';
import { Value } from 'typebox/value';
import type { Clients } from '../clients/clients.js';
import type { LoginThrottle } from '../people/login-throttle.js';
import type { User, Users } from '../people/users.js';
import { grantableTo } from '../smart/granting.js';
import type { Launches } from '../smart/launches.js';
import { addUpstreamRoutes, type UpstreamOptions } from '../upstream/routes.js';
import { errorPage } from './error-page.js';
import { consentPage, signInPage, type AskingConsent } from './forms.js';

const FORM = 'application/x-www-form-urlencoded';
const FORM_MAX_BYTES = 4_096;
const PATH = '/interaction/:uid';

export interface PageOptions {
  readonly organisation: string;
  readonly provider: Provider;
  readonly users: Users;
  readonly clients: Clients;
  readonly launches: Launches;
  readonly throttle: LoginThrottle;
  /** The hospital's own provider, where people may sign in too. */
  readonly elsewhere?: UpstreamOptions;
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** The pages on which people sign in and allow: plain forms, which need no script. */
export async function pagesPlugin(app: ServiceApp, options: PageOptions): Promise<void> {
  const { clients, elsewhere, launches, organisation, provider, throttle, users } = options;
  app.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: FORM_MAX_BYTES }, (_request, text, done) =>
    done(null, new URLSearchParams(String(text))),
  );
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof errors.SessionNotFound)) throw error;
    return showEnded(reply, error.error);
  });
  const route = { config: { public: true as const }, schema: { hide: true } };

  app.get(PATH, { ...route, exposeHeadRoute: false }, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    return show(reply, interaction);
  });

  app.post(`${PATH}/login`, route, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    const username = fieldOf(request, 'username');
    const waitS = throttle.waitS(username);
    if (waitS > 0) return show(reply.code(429), interaction, `Too many tries: wait ${waitS} seconds`);
    // Counted before it is looked at: many that come at once are many.
    throttle.failed(username);
    const user = await users.signIn(username, fieldOf(request, 'password'));
    if (user === undefined) return show(reply.code(401), interaction, 'User name or password is wrong');
    throttle.succeeded(username);
    return finish(request, reply, { login: { accountId: user.subject, remember: false } });
  });

  app.post(`${PATH}/consent`, route, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    const asking = consentOf(interaction);
    if (asking === undefined) return show(reply, interaction);
    const patientId = asking.patient === 'ask' ? fieldOf(request, 'patientId') : asking.patient?.patientId;
    if (patientId !== undefined && !Value.Check(PatientId, patientId))
      return show(reply.code(422), interaction, 'This is no patient’s pseudonym');
    const grantId = await grant(interaction, asking);
    if (patientId !== undefined) launches.bind(grantId, patientId, textOf(interaction.params['launch']));
    return finish(request, reply, { consent: { grantId } });
  });

  app.post(`${PATH}/abort`, route, async (request, reply) =>
    finish(request, reply, {
      error: 'access_denied',
      error_description: 'Whoever was asked did not allow it',
    }),
  );
  if (elsewhere !== undefined)
    addUpstreamRoutes(app, elsewhere, { provider, users, show, showEnded, finish });

  function showEnded(reply: FastifyReply, code = 'invalid_request') {
    const detail = 'This sign-in has ended, or began in another browser.';
    return html(reply.code(400), errorPage(organisation, code, detail));
  }

  async function finish(request: FastifyRequest, reply: FastifyReply, result: InteractionResults) {
    const options = { mergeWithLastSubmission: true };
    return reply.redirect(await provider.interactionResult(request.raw, reply.raw, result, options), 303);
  }

  function show(reply: FastifyReply, interaction: Interaction, fault?: string) {
    const asking = { ...askingOf(interaction), ...(fault !== undefined && { fault }) };
    const consent = interaction.prompt.name === 'consent' ? consentOf(interaction) : undefined;
    const text = consent === undefined ? signInPage(asking) : consentPage({ ...consent, ...asking });
    return html(reply, text, textOf(interaction.params['redirect_uri']));
  }

  const askingOf = ({ uid, params }: Interaction) => ({
    organisation,
    uid,
    ...(elsewhere && { elsewhere: elsewhere.upstream.config.name }),
    clientName: clients.find(textOf(params['client_id']) ?? '')?.name ?? 'an app',
  });

  /** What is asked of whoever has signed in; undefined where nobody has. */
  function consentOf(interaction: Interaction): (AskingConsent & { readonly user: User }) | undefined {
    const user = users.find(interaction.session?.accountId ?? '');
    if (user === undefined) return undefined;
    const { missingOIDCScope = [], missingResourceScopes = {} } = interaction.prompt.details as MissingScopes;
    const resourceScopes = Object.values(missingResourceScopes).flat();
    return {
      ...askingOf(interaction),
      ...{ user, userName: user.name, patient: patientAskedFor(interaction) },
      scopes: [...missingOIDCScope, ...grantableTo(user.role, resourceScopes)],
    };
  }

  /** SMART App Launch 2.2, section 3: an app that was launched gets that patient, any other one asks whoever signs in. */
  function patientAskedFor({ params }: Interaction): AskingConsent['patient'] {
    const scopes = textOf(params['scope'])?.split(' ') ?? [];
    const launch = textOf(params['launch']);
    if (scopes.includes('launch') && launch !== undefined) {
      const patientId = launches.find(launch);
      return patientId === undefined ? undefined : { patientId };
    }
    return scopes.includes('launch/patient') ? 'ask' : undefined;
  }

  /** What the user’s role may have is granted, the rest is refused, so that nobody is asked again. @returns its id */
  async function grant({ params, prompt }: Interaction, { user }: { readonly user: User }): Promise<string> {
    const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details as MissingScopes;
    const given = new provider.Grant({
      accountId: user.subject,
      clientId: textOf(params['client_id']) ?? '',
    });
    given.addOIDCScope(missingOIDCScope.join(' '));
    for (const [resource, scopes] of Object.entries(missingResourceScopes)) {
      const allowed = grantableTo(user.role, scopes);
      const refused = scopes.filter((scope) => !allowed.includes(scope));
      if (allowed.length > 0) given.addResourceScope(resource, allowed.join(' '));
      if (refused.length > 0) given.rejectResourceScope(resource, refused.join(' '));
    }
    return given.save();
  }
}

interface MissingScopes {
  readonly missingOIDCScope?: string[];
  readonly missingResourceScopes?: Readonly<Record<string, string[]>>;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const fieldOf = ({ body }: FastifyRequest, name: string): string =>
  body instanceof URLSearchParams ? (body.get(name) ?? '') : '';

/** @param appUri where the last form leads to: browsers hold a form to where its redirects go */
function html(reply: FastifyReply, text: string, appUri?: string): FastifyReply {
  const app = appUri !== undefined && URL.canParse(appUri) ? ` ${new URL(appUri).origin}` : '';
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header(
      'content-security-policy',
      `default-src 'none'; form-action 'self'${app}; frame-ancestors 'none'; base-uri 'none'`,
    )
    .serializer((body: unknown) => String(body))
    .send(text);
}
