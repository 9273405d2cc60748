// Who may do what at the controller: one account for the bot, switched off altogether in the article's configuration
// (`Unsecured`). Lies outside the sandbox here, so a test decides when a token dies, not the restart.
import { createHash, randomBytes } from 'node:crypto';

/** Jenkins' rights as far as the bot meets them; Administer implies all others. */
export type Right = 'Read' | 'Build' | 'Cancel' | 'Configure' | 'RunScripts' | 'Administer';

export interface AccountOptions {
  security?: boolean;
  useCrumbs?: boolean;
  user?: string;
  token?: string;
  password?: string;
}

/** How a request proved who it is; a password, unlike a token, does not spare the crumb (contract jenkins §1). */
export interface Identity {
  name: string;
  fullName: string;
  by: 'token' | 'password' | 'nothing';
}

const ANONYMOUS: Identity = { name: 'anonymous', fullName: 'anonymous', by: 'nothing' };

export class Accounts {
  security: boolean;
  useCrumbs: boolean;
  readonly user: string;
  readonly fullName = 'Chat Bot';
  readonly password: string;
  readonly rights = new Set<Right>(['Read', 'Build', 'Cancel', 'Administer']);
  #token: string;
  #tokenLives = true;
  readonly #salt = randomBytes(8).toString('hex');

  constructor(options: AccountOptions, useCrumbs: boolean) {
    this.security = options.security ?? true;
    this.useCrumbs = options.useCrumbs ?? useCrumbs;
    this.user = options.user ?? 'chatbot';
    this.#token = options.token ?? '11aa22bb33cc44dd55ee66ff7788990011';
    this.password = options.password ?? 'the-butler-knows';
  }

  get token(): string {
    return this.#token;
  }

  expireToken(): void {
    this.#tokenLives = false;
  }

  renewToken(): string {
    this.#token = `11${randomBytes(16).toString('hex')}`;
    this.#tokenLives = true;
    return this.#token;
  }

  /** @returns undefined when credentials were sent and are wrong: Jenkins answers 401 */
  identify(authorization: string | undefined): Identity | undefined {
    if (authorization === undefined || !this.security) return ANONYMOUS;
    const [user, ...rest] = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64')
      .toString('utf8')
      .split(':');
    const secret = rest.join(':');
    if (user !== this.user) return undefined;
    if (secret === this.#token && this.#tokenLives) return { name: user, fullName: this.fullName, by: 'token' };
    return secret === this.password ? { name: user, fullName: this.fullName, by: 'password' } : undefined;
  }

  may(identity: Identity, right: Right): boolean {
    if (!this.security) return true;
    if (identity.by === 'nothing') return false;
    return this.rights.has(right) || this.rights.has('Administer');
  }

  /** @param bond what the crumb is tied to: the HTTP session on modern cores, the client's address on old ones */
  crumb(identity: Identity, bond: string, bytes: 16 | 32): string {
    const digest = createHash('sha256').update(`${this.#salt}:${identity.name}:${bond}`).digest('hex');
    return digest.slice(0, bytes * 2);
  }
}
