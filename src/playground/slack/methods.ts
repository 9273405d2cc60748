// Every Web API method the workspace answers, and the scopes each needs (any one of them); the server looks up here.
// Scopes: the method pages under docs.slack.dev/reference/methods.
import { postEphemeral, postMessage, remove, update } from './methods-chat.js';
import { completeUpload, getUploadUrl } from './methods-files.js';
import {
  authTest,
  conversationHistory,
  conversationInfo,
  conversationList,
  conversationMembers,
  conversationOpen,
  conversationReplies,
  teamInfo,
  userGroups,
  userGroupUsers,
  usersInfo,
} from './methods-reading.js';
import { openView, publishView, updateView } from './methods-screens.js';
import type { SlackState } from './state.js';
import type { Wire } from './types.js';

export interface Method {
  /** Any one suffices; none means that any token of the app will do. */
  scopes: readonly string[];
  answer(args: Wire, state: SlackState): Wire;
}

const method = (answer: Method['answer'], ...scopes: string[]): Method => ({ answer, scopes });

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];
const OPEN = ['channels:manage', 'groups:write', 'im:write', 'mpim:write'];

export const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': method(authTest),
  'chat.delete': method(remove, 'chat:write'),
  'chat.postEphemeral': method(postEphemeral, 'chat:write'),
  'chat.postMessage': method(postMessage, 'chat:write'),
  'chat.update': method(update, 'chat:write'),
  'conversations.history': method(conversationHistory, ...HISTORY),
  'conversations.info': method(conversationInfo, ...READ),
  'conversations.list': method(conversationList, ...READ),
  'conversations.members': method(conversationMembers, ...READ),
  'conversations.open': method(conversationOpen, ...OPEN),
  'conversations.replies': method(conversationReplies, ...HISTORY),
  'files.completeUploadExternal': method(completeUpload, 'files:write'),
  'files.getUploadURLExternal': method(getUploadUrl, 'files:write'),
  'team.info': method(teamInfo, 'team:read'),
  'usergroups.list': method(userGroups, 'usergroups:read'),
  'usergroups.users.list': method(userGroupUsers, 'usergroups:read'),
  'users.info': method(usersInfo, 'users:read'),
  'views.open': method(openView),
  'views.publish': method(publishView),
  'views.update': method(updateView),
};
