import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, Reply, Sent } from '../support/client.js';
import { LedgerClient } from '../support/client.js';
import type { Hit, Searcher } from '../support/search.js';
import { LedgerServer } from '../support/server.js';
import { Canaries } from './canaries.js';
import type { Disclosure } from './disclosures.js';

/** Something that came out of the ledger, and whether it may show content. */
interface Said {
  readonly where: string;
  readonly text: string;
  readonly shows: Disclosure | null;
  /** Who asked; null for nobody, and where no role is asked for. */
  readonly as: string | null;
}

export interface Ask extends Omit<Sent, 'token'> {
  /** Whom the request comes from; null for nobody. */
  readonly as: string | null;
  readonly shows?: Disclosure;
}

/** Role and, where it is not the usual one, purpose of use. */
const ROLES: Readonly<Record<string, readonly [role: string, purpose?: string]>> = {
  ehr: ['source'],
  lis: ['source'],
  officer: ['privacy-officer'],
  researcher: ['consumer', 'HRESCH'],
  coordinator: ['clinician', 'COORDIN'],
};

/** A canary's way through a running ledger: it asks, keeps every answer, and remembers what was gone through. */
export class Tour {
  /** What sources say of patients. */
  readonly said = new Canaries();
  /** What requests bring besides, and what is malformed. */
  readonly junk = new Canaries();
  /** Commands, routes and verbs that answered well at least once. */
  readonly passed = new Set<string>();
  /** What the process wrote, to both outputs, over all its lives. */
  logs = '';
  /** Ids of what was made on the way. */
  readonly ids: Record<string, string> = {};
  /** What a source said and will say again. */
  patient: Json = undefined;
  readonly sensitive: Json[] = [];
  client: LedgerClient;
  readonly #heard: Said[] = [];
  readonly #tokens = new Map<string, string>();
  readonly #noise: Readonly<Record<string, string>>;
  #routes: readonly { readonly method: string; readonly template: string; readonly form: RegExp }[] = [];

  private constructor(
    public server: LedgerServer,
    private readonly tenant: string,
  ) {
    this.client = new LedgerClient(server.url);
    const names = ['user-agent', 'referer', 'cookie', 'x-request-id', 'x-forwarded-for', 'from', 'origin', 'baggage', 'tracestate', 'accept-language'];
    this.#noise = Object.fromEntries(names.map((name) => [name, this.junk.next(`Header ${name}`)]));
  }

  static async open(dataDir: string, env: Readonly<Record<string, string>>, tenant = 'demo'): Promise<Tour> {
    const tour = new Tour(await LedgerServer.start({ dataDir, env }), tenant);
    await tour.#learnRoutes();
    return tour;
  }

  async token(as: string): Promise<string> {
    const [subject = '', tenant = this.tenant] = as.split('@');
    const known = this.#tokens.get(as);
    const [role, purpose] = ROLES[subject] ?? [subject];
    const name = subject === 'patient' ? (this.ids['patientId'] ?? '') : subject;
    const token = known ?? (await this.server.token(name, role, { tenant, ...(purpose === undefined ? {} : { purpose }) }));
    this.#tokens.set(as, token);
    return token;
  }

  /** One request, with noise in its headers. Its answer is kept, to be searched. */
  async ask(path: string, { as, shows, headers = {}, ...sent }: Ask): Promise<Reply> {
    const token = as === null ? null : await this.token(as);
    const route = this.#routeOf(sent.method ?? 'GET', path);
    const request = { ...sent, token, headers: { ...this.#noise, ...headers } };
    // A refusal may close the connection behind it, which the next request then finds closed: asked again, it gets a new one.
    const reply = await this.client.send(path, request).catch(() => this.client.send(path, request));
    if (route !== undefined && reply.status < 300) this.passed.add(route);
    this.hear(`${sent.method ?? 'GET'} ${route ?? 'elsewhere'} (${reply.status})`, `${JSON.stringify(reply.headers)}\n${reply.text}`, shows ?? null, as);
    return reply;
  }

  /** A command that has to succeed. */
  async done(name: string, as: string, body: unknown): Promise<Reply['json']> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': this.junk.next('Idempotency') };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    let reply = await this.ask(`/v1/commands/${name}`, { method: 'POST', as, headers, body: text });
    // An order on keys is carried out a moment after it was taken, and the next one waits for that.
    for (let tries = 0; reply.json?.code === 'rotation-under-way' && tries < 100; tries++) {
      await sleep(100);
      reply = await this.ask(`/v1/commands/${name}`, { method: 'POST', as, headers, body: text });
    }
    if (reply.status !== 201) throw new Error(`${name}: ${reply.status} ${reply.json?.code} ${JSON.stringify(reply.json?.errors)}`);
    const again = await this.ask(`/v1/commands/${name}`, { method: 'POST', as, headers, body: text });
    if (again.status !== 200) throw new Error(`${name} again: ${again.status} ${again.json?.code}`);
    return reply.json;
  }

  hear(where: string, text: string, shows: Disclosure | null = null, as: string | null = null): void {
    this.#heard.push({ where, text, shows, as });
  }

  /** What was answered to these readers, of which they have no key to the markers. */
  hitsFor(readers: readonly string[], searcher: Searcher): Hit[] {
    return this.#heard.filter(({ as }) => as !== null && readers.includes(as)).flatMap(({ where, as, text }) => searcher.inText(`${where} to ${as}`, text));
  }

  /** Everything heard that holds what it must not. */
  hits(everything: Searcher, junk: Searcher): Hit[] {
    return this.#heard.flatMap(({ where, text, shows }) => (shows === null ? everything : junk).inText(where, text));
  }

  /** Which of the answers that may show content did. */
  get disclosed(): ReadonlySet<string> {
    return new Set(this.#heard.flatMap(({ shows, text }) => (shows !== null && this.said.isIn(text) ? [shows] : [])));
  }

  /** What was answered, by name. */
  get answers(): readonly string[] {
    return this.#heard.map(({ where }) => where);
  }

  /** Ends the process as asked, and starts another on the same folder. */
  async restart(signal: NodeJS.Signals, env: Readonly<Record<string, string>>): Promise<void> {
    await this.stop(signal);
    this.server = await LedgerServer.start({ dataDir: this.server.dataDir, env });
    this.client = new LedgerClient(this.server.url);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.client.close();
    await this.server.stop(signal);
    this.logs += this.server.output;
  }

  /** Every route of the OpenAPI document, as `GET /v1/…`. */
  get routes(): readonly string[] {
    return this.#routes.map(({ method, template }) => `${method} ${template}`);
  }

  async #learnRoutes(): Promise<void> {
    const { json } = await this.client.get('/openapi.json', null);
    this.#routes = Object.entries(json.paths as Record<string, object>).flatMap(([template, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), template, form: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`) })),
    );
  }

  #routeOf(method: string, path: string): string | undefined {
    const [address = ''] = path.split('?');
    const found = this.#routes.find((route) => route.method === method && route.form.test(address));
    return found === undefined ? undefined : `${found.method} ${found.template}`;
  }
}
