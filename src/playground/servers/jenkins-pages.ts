// The pages and refusals of Jenkins and its servlet container, per line, as in contract jenkins §1 (the examples there):
// what a client meets instead of JSON.
import type { Identity, Right } from '../world/jenkins/accounts.js';
import type { Controller } from '../world/jenkins/controller.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';
import type { Answer } from './http.js';
import { scmSyncFooter } from './jenkins-footer.js';

/** What every page and refusal needs to know. */
export interface PageContext {
  world: JenkinsWorld;
  controller: Controller;
}

const HTML = 'text/html;charset=utf-8';
const JETTY_HTML = 'text/html;charset=iso-8859-1';
const NO_CACHE = { expires: '0', 'cache-control': 'no-cache,no-store,must-revalidate' };

/** `X-Jenkins…`: on API answers and full pages, not on what the container says. */
export function advertised({ world, controller }: PageContext): Record<string, string> {
  return { 'x-hudson': '1.395', 'x-jenkins': world.line.core, 'x-jenkins-session': controller.session };
}

const isOld = (context: PageContext) => context.world.line.generation === 'old';

export function fullPage(context: PageContext, title: string, body: string, footer = true): Answer {
  const shown = footer ? scmSyncFooter(context.world, context.controller) : '';
  return {
    status: 200,
    headers: { ...advertised(context), 'content-type': HTML },
    body: `<!DOCTYPE html><html><head><title>${title}</title></head><body>${body}${shown}</body></html>\n`,
  };
}

/** 503 while the controller boots or reloads, or while it restarts. */
export function notReady(context: PageContext): Answer {
  const restarting = context.controller.phase === 'restarting';
  const body = isOld(context) ? oldNotReady(restarting) : modernNotReady(context.controller.session, restarting);
  const theme: Record<string, string> = isOld(context) ? { 'x-hudson-theme': 'default' } : {};
  return { status: 503, headers: { ...NO_CACHE, ...theme, 'content-type': HTML }, body };
}

function oldNotReady(restarting: boolean): string {
  const what = restarting ? 'Jenkins is restarting' : 'Jenkins is getting ready to work';
  const rest = 'Your browser will reload automatically when Jenkins is ready.';
  return `<!DOCTYPE html><html><head><title>Jenkins [Jenkins]</title></head><body>\n<div id="main-panel"><h1 style="margin-top:4em">Please wait while ${what}<span id="progress">...</span></h1><p style="color:gray">${rest}</p><script>applySafeRedirector(window.location.href)</script></div>\n</body></html>\n`;
}

function modernNotReady(session: string, restarting: boolean): string {
  const title = restarting ? 'Restarting Jenkins' : 'Starting Jenkins';
  const what = restarting ? 'Jenkins is restarting' : 'Jenkins is getting ready to work';
  const files = `/static/${session}`;
  const robots = restarting ? '' : '<meta name="ROBOTS" content="NOFOLLOW">';
  const rest = restarting
    ? '<div class="safe-restarting"><p><strong>Safe Restart</strong></p><p>Builds on agents can usually continue.</p></div></div></div>'
    : `<p class="restarting">Your browser will reload automatically when Jenkins is ready.</p></div></div><script src="${files}/scripts/loading.js" type="text/javascript"></script>`;
  const head = `<head data-rooturl="" data-resurl="${files}" data-imagesurl="${files}/images" resURL="${files}"><title>${title}</title>${robots}</head>`;
  return `<!DOCTYPE html><html lang="en">${head}<body><div class="simple-page" role="main"><div class="app-jenkins-booting"><h1 class="loading">${what}</h1>${rest}</body></html>\n`;
}

/** What the servlet container makes of a status: old Jetty names the path, Jetty 12 draws a table. */
export function jetty(context: PageContext, status: number, reason: string, path: string): Answer {
  const body = isOld(context)
    ? `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>\n<title>Error ${status} ${reason}</title>\n</head>\n<body><h2>HTTP ERROR ${status}</h2>\n<p>Problem accessing ${path}. Reason:\n<pre>    ${reason}</pre></p><hr><i><small>Powered by Jetty://</small></i><hr/>\n</body>\n</html>\n`
    : `<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>\n<title>Error ${status} ${reason}</title>\n</head>\n<body><h2>HTTP ERROR ${status} ${reason}</h2>\n<table>\n<tr><th>URI:</th><td>${path}</td></tr>\n<tr><th>STATUS:</th><td>${status}</td></tr>\n<tr><th>MESSAGE:</th><td>${reason}</td></tr>\n</table>\n<hr/><a href="https://jetty.org/">Powered by Jetty:// 12</a><hr/>\n</body>\n</html>\n`;
  return { status, headers: { 'content-type': isOld(context) ? 'text/html;charset=ISO-8859-1' : JETTY_HTML }, body };
}

export function badToken(context: PageContext, path: string): Answer {
  const answer = jetty(context, 401, 'Unauthorized', path);
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="Jenkins"' } };
}

export const badCrumb = (context: PageContext, path: string): Answer =>
  jetty(context, 403, 'No valid crumb was included in the request', path);

const angryButler = ({ controller }: PageContext) =>
  `<img src="/static/${controller.session}/images/rage.svg" height="179" width="154">`;

/** Jenkins' own page since 2.421, Jetty's before. */
export function notFound(context: PageContext, path: string): Answer {
  if (isOld(context)) return jetty(context, 404, 'Not Found', path);
  const body = `<!DOCTYPE html><html><head><title>Not Found - Jenkins</title></head><body>\n<h1 style="text-align: center">${angryButler(context)}<span style="font-size:50px">&nbsp;Oops!</span></h1><div id="error-description" style="text-align: center"><h2>Not Found</h2><p>This page may not exist, or you may not have permission to see it.</p></div>\n</body></html>\n`;
  return { status: 404, headers: { ...advertised(context), 'content-type': HTML }, body };
}

/** Rights only modern cores know, beside those an account has here. */
export type PageRight = Right | 'Manage' | 'SystemRead';

const RIGHTS: Record<PageRight, { id: string; title: string }> = {
  Read: { id: 'hudson.model.Hudson.Read', title: 'Overall/Read' },
  RunScripts: { id: 'hudson.model.Hudson.RunScripts', title: 'Overall/RunScripts' },
  Administer: { id: 'hudson.model.Hudson.Administer', title: 'Overall/Administer' },
  Manage: { id: 'hudson.model.Hudson.Manage', title: 'Overall/Manage' },
  SystemRead: { id: 'hudson.model.Hudson.SystemRead', title: 'Overall/SystemRead' },
  Build: { id: 'hudson.model.Item.Build', title: 'Job/Build' },
  Cancel: { id: 'hudson.model.Item.Cancel', title: 'Job/Cancel' },
  Configure: { id: 'hudson.model.Item.Configure', title: 'Job/Configure' },
};

/** No credentials came, and anonymous may not read. */
export function loginFirst(context: PageContext, path: string): Answer {
  const login = `/login?from=${encodeURIComponent(path)}`;
  const impliedBy = ['hudson.security.Permission.GenericRead', RIGHTS.Administer.id];
  const implied = impliedBy.map((id) => ` ... which is implied by: ${id}\n`).join('');
  const script = `<script id='redirect' data-redirect-url='${login}' src='/static/${context.controller.session}/scripts/redirect.js'></script>`;
  const body = `<html><head><meta http-equiv='refresh' content='1;url=${login}'/>${script}</head><body style='background-color:white; color:white;'>\nAuthentication required\n<!--\nYou are authenticated as: anonymous\nGroups that you are in:\n  \nPermission you need to have (but didn't): ${RIGHTS.Read.id}\n${implied}-->\n\n</body></html>\n`;
  const headers = {
    ...advertised(context),
    'x-you-are-authenticated-as': 'anonymous',
    'x-required-permission': RIGHTS.Read.id,
    'x-permission-implied-by': impliedBy,
    'content-type': HTML,
  };
  return { status: 403, headers, body };
}

export function missingRight(context: PageContext, who: Identity, right: PageRight): Answer {
  const { id, title } = RIGHTS[right];
  const groups: Record<string, string> = isOld(context)
    ? { 'x-you-are-in-group': 'authenticated', 'x-permission-implied-by': RIGHTS.Administer.id }
    : {
        'x-you-are-in-group-disabled':
          'JENKINS-39402: use -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true or use /whoAmI to diagnose',
      };
  const headers = {
    'x-you-are-authenticated-as': who.name,
    ...groups,
    'x-required-permission': id,
    ...advertised(context),
    'content-type': HTML,
  };
  const body = `<!DOCTYPE html><html><head><title>Jenkins Login [Jenkins]</title></head><body>\n<h1>Access Denied</h1><p class="error">${who.name} is missing the ${title} permission</p>\n</body></html>\n`;
  return { status: 403, headers, body };
}

/** GET on something that acts. */
export function postRequired(what: string): Answer {
  const body = `<html><head><title>POST required</title></head><body>\nPOST is required for ${what}<br>\n<form method='POST'><input type='submit' value='Try POSTing'></form>\n</body></html>\n`;
  return { status: 405, headers: { allow: 'POST', 'content-type': HTML }, body };
}

/** An exception nobody caught: a stack trace on old cores, a Logging ID on modern ones. */
export function oops(context: PageContext, exception: string): Answer {
  const detail = isOld(context)
    ? `<pre>${exception}\n\tat org.kohsuke.stapler.Stapler.tryInvoke(Stapler.java:796)</pre>`
    : '<h2 style="text-align: center">A problem occurred while processing the request</h2><p style="text-align: center">Logging ID=0b8d2c6e-2f0a-4f5e-9d0c-5e1f6a7b8c9d</p>';
  const body = `<!DOCTYPE html><html><head><title>Jenkins [Jenkins]</title></head><body>\n<h1 style="text-align: center">${angryButler(context)} <span style="font-size:50px">&nbsp;Oops!</span></h1><div id="error-description">${detail}</div>\n</body></html>\n`;
  return { status: 500, headers: { ...advertised(context), 'content-type': HTML }, body };
}

/** Where actions send a browser afterwards. */
export function redirect(context: PageContext, location: string): Answer {
  return { status: 302, headers: { ...advertised(context), location } };
}
