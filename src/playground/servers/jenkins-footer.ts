// The line scm-sync adds below every full page when "display status" is on (contract jenkins §3.2): the fallback of
// readers without the right to run scripts.
import type { Controller } from '../world/jenkins/controller.js';
import type { JenkinsWorld } from '../world/jenkins/world.js';

const escaped = (html: string) => html.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function scmSyncFooter(world: JenkinsWorld, controller: Controller): string {
  if (world.scmSyncPlugin !== 'active') return '';
  const { success, fail } = controller.home.scmSync;
  const purge = `<br/>To remove this message, please <a href='#' onclick='javascript:removeLog();'>click here</a>`;
  const [icon, text] =
    fail !== undefined
      ? ['error', `<br/>${fail.text}${purge}`]
      : success !== undefined
        ? ['health-80plus', `Last operation @ ${success.text}`]
        : ['', ''];
  // Escaped since core 2.146 (stapler commit b1a8aec7e).
  const shown = world.line.generation === 'old' ? text : escaped(text);
  const image = `<img src="/static/${controller.session}/images/16x16/${icon}.png" alt="" height="16" width="16" />`;
  return `<table width="100%"><tr><td id="footer"><span style="color:gray">SCM Sync status : ${image}\n            ${shown}</span></td></tr></table>`;
}
